import type { Base64Bytes } from './base64-bytes.ts'

/** Pixels. Undefined where the header is damaged or cut off. */
export interface ImageSize {
  width: number
  height: number
}

/** A kind of image, by its MIME subtype: how its bytes begin, and how large its largest frame is. */
interface ImageKind {
  is: (bytes: Base64Bytes) => boolean
  size: (bytes: Base64Bytes) => ImageSize | undefined
}

/** Every kind that models take. A decoder allocates what a header declares: where one states several sizes, the largest counts. */
export const imageKinds: Readonly<Record<string, ImageKind>> = {
  png: { is: (bytes) => bytes.text(0, 8) === '\x89PNG\r\n\x1a\n', size: pngSize },
  jpeg: { is: (bytes) => bytes.big(0, 3) === 0xffd8ff, size: jpegSize },
  gif: { is: (bytes) => /^GIF8[79]a/.test(bytes.text(0, 6)), size: gifSize },
  webp: { is: (bytes) => /^RIFF.{4}WEBP/s.test(bytes.text(0, 12)), size: webpSize }
}

/** Blocks of one image that are looked at: a GIF of 20 MiB has 82,000. One with more counts as damaged. */
const maxSteps = 100_000

/** IHDR is the first chunk, of APNG too. */
function pngSize(bytes: Base64Bytes): ImageSize | undefined {
  if (bytes.big(8, 4) !== 13 || bytes.text(12, 4) !== 'IHDR') return undefined
  return sizeOf(bytes.big(16, 4), bytes.big(20, 4))
}

function jpegSize(bytes: Base64Bytes): ImageSize | undefined {
  return jpegHead(bytes)?.size
}

/** Segments up to the first scan, which begins at `scan`; the size is in a frame header (SOF0 to SOF15, but for DHT, JPG and DAC). */
export function jpegHead(bytes: Base64Bytes): { size: ImageSize; scan: number } | undefined {
  const sizes: (ImageSize | undefined)[] = []
  for (let [step, at] = [0, 2]; step < maxSteps; step++) {
    if (bytes.at(at) !== 0xff) return undefined
    const marker = bytes.at(at + 1)
    if (marker === 0xff) {
      at++ // a fill byte
      continue
    }
    if (marker === 0xda) {
      const size = largest(sizes)
      return size && { size, scan: at }
    }
    const length = bytes.big(at + 2, 2)
    if (!(length >= 2)) return undefined
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      sizes.push(sizeOf(bytes.big(at + 7, 2), bytes.big(at + 5, 2)))
    at += 2 + length
  }
  return undefined
}

/** The logical screen, and every frame: one may be larger. */
function gifSize(bytes: Base64Bytes): ImageSize | undefined {
  const sizes = [sizeOf(bytes.little(6, 2), bytes.little(8, 2))]
  let inBlocks = false
  for (let [step, at] = [0, 13 + colorTable(bytes.at(10))]; step < maxSteps; step++) {
    const first = bytes.at(at)
    if (inBlocks) {
      inBlocks = first > 0
      at += 1 + first
    } else if (first === 0x21) {
      inBlocks = true // of an extension
      at += 2
    } else if (first === 0x2c) {
      inBlocks = true // of a frame
      sizes.push(sizeOf(bytes.little(at + 5, 2), bytes.little(at + 7, 2)))
      at += 11 + colorTable(bytes.at(at + 9))
    } else return first === 0x3b && sizes.length > 1 ? largest(sizes) : undefined // without a trailer it was cut off
  }
  return undefined
}

const colorTable = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))

/** The canvas (VP8X), lossy (VP8) and lossless (VP8L) pictures, and frames (ANMF), which have pictures of their own. */
function webpSize(bytes: Base64Bytes): ImageSize | undefined {
  const sizes: (ImageSize | undefined)[] = []
  for (let [step, at] = [0, 12]; step < maxSteps; step++) {
    const [name, length, data] = [bytes.text(at, 4), bytes.little(at + 4, 4), at + 8]
    if (Number.isNaN(length)) return largest(sizes)
    if (name === 'VP8X') sizes.push(sizeOf(bytes.little(data + 4, 3) + 1, bytes.little(data + 7, 3) + 1))
    if (name === 'VP8 ') sizes.push(lossySize(bytes, data))
    if (name === 'VP8L') sizes.push(losslessSize(bytes, data))
    if (name === 'ANMF') sizes.push(sizeOf(bytes.little(data + 6, 3) + 1, bytes.little(data + 9, 3) + 1))
    at = name === 'ANMF' ? data + 16 : data + length + (length % 2) // a frame's chunks follow its header
  }
  return undefined
}

function lossySize(bytes: Base64Bytes, data: number): ImageSize | undefined {
  if (bytes.big(data + 3, 3) !== 0x9d012a) return undefined
  return sizeOf(bytes.little(data + 6, 2) % 0x4000, bytes.little(data + 8, 2) % 0x4000)
}

function losslessSize(bytes: Base64Bytes, data: number): ImageSize | undefined {
  if (bytes.at(data) !== 0x2f) return undefined
  const bits = bytes.little(data + 1, 4)
  return sizeOf((bits % 0x4000) + 1, (Math.floor(bits / 0x4000) % 0x4000) + 1)
}

function sizeOf(width: number, height: number): ImageSize | undefined {
  return width > 0 && height > 0 ? { width, height } : undefined
}

/** Undefined where there is none, or one that is damaged. */
function largest(sizes: readonly (ImageSize | undefined)[]): ImageSize | undefined {
  let found = sizes[0]
  for (const size of sizes) {
    if (size === undefined) return undefined
    if (found === undefined || size.width * size.height > found.width * found.height) found = size
  }
  return found
}
