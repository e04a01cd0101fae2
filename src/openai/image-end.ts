import { crc32 } from 'node:zlib'
import type { Base64Bytes } from './base64-bytes.ts'
import { jpegHead } from './image-size.ts'

/** Chunks of one PNG that are looked at. One with more counts as damaged. */
const maxChunks = 100_000

/**
 * Whether an image of this kind, whose header is good, is there to its end, as far as that shows without decoding it. Codex
 * sends a note to the model in place of one that it cannot decode, and the answer is then about nothing.
 */
export function isComplete(kind: string, bytes: Base64Bytes): boolean {
  switch (kind) {
    case 'png':
      return isWholePng(bytes)
    case 'jpeg':
      return hasEndOfJpeg(bytes)
    case 'webp':
      return bytes.little(4, 4) + 8 <= bytes.length
    default:
      return true // a GIF was looked through for its size
  }
}

/** Every chunk to IEND has its checksum, and there is one with data. */
function isWholePng(bytes: Base64Bytes): boolean {
  let hasData = false
  for (let [chunk, at] = [0, 8]; chunk < maxChunks; chunk++) {
    const length = bytes.big(at, 4)
    const name = bytes.text(at + 4, 4)
    if (!(at + 12 + length <= bytes.length)) return false
    if (checksum(bytes, at + 4, length + 4) !== bytes.big(at + 8 + length, 4)) return false
    if (name === 'IDAT') hasData = true
    if (name === 'IEND') return hasData
    at += 12 + length
  }
  return false
}

function checksum(bytes: Base64Bytes, start: number, length: number): number {
  let sum = 0
  for (let at = start; at < start + length;) {
    const piece = bytes.piece(at, start + length - at)
    sum = crc32(piece, sum)
    at += piece.length
  }
  return sum
}

/** FF D9 behind the first scan: data of a picture never has it. What follows it is not looked at. */
function hasEndOfJpeg(bytes: Base64Bytes): boolean {
  let at = jpegHead(bytes)?.scan ?? NaN
  let last = 0
  for (;;) {
    const piece = bytes.piece(at, bytes.length)
    if (piece.length === 0) return false
    if ((last === 0xff && piece[0] === 0xd9) || piece.includes('\xff\xd9', 0, 'latin1')) return true
    last = piece.at(-1) ?? 0
    at += piece.length
  }
}
