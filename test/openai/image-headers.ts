import { crc32 } from 'node:zlib'

/** Images of a stated size, as far as their headers go; a PNG is complete. */

const big = (value: number, length: number) => {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntBE(value, 0, length)
  return bytes
}
const little = (value: number, length: number) => big(value, length).reverse()
const latin = (text: string) => Buffer.from(text, 'latin1')

/** A chunk of a PNG. */
export function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([latin(name), data])
  return Buffer.concat([big(data.length, 4), body, big(crc32(body), 4)])
}

export function pngOf(width: number, height: number, { interlaced = false, animated = false } = {}): Buffer {
  const header = Buffer.concat([big(width, 4), big(height, 4), Buffer.from([1, 0, 0, 0, interlaced ? 1 : 0])])
  const animation = animated ? [chunk('acTL', Buffer.alloc(8)), chunk('fcTL', Buffer.alloc(26))] : []
  return Buffer.concat([
    latin('\x89PNG\r\n\x1a\n'),
    chunk('IHDR', header),
    ...animation,
    chunk('IDAT', Buffer.alloc(9)),
    chunk('IEND', Buffer.alloc(0))
  ])
}

export function jpegSegment(marker: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, marker]), big(data.length + 2, 2), data])
}

/** `frame`: the marker of its frame header; `before`: what stands in front of that. */
export function jpegOf(frame: number, width: number, height: number, before: Buffer[] = [], components = 3): Buffer {
  const data = Buffer.concat([
    Buffer.from([8]),
    big(height, 2),
    big(width, 2),
    Buffer.from([components]),
    Buffer.alloc(3 * components)
  ])
  const scan = jpegSegment(0xda, Buffer.alloc(10))
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...before, jpegSegment(frame, data), scan, Buffer.alloc(20)])
}

/** With a global color table, a comment, and a local table for each frame; one of a single pixel where none is given. */
export function gifOf(screen: [number, number], ...frames: [number, number][]): Buffer {
  const head = Buffer.concat([latin('GIF89a'), little(screen[0], 2), little(screen[1], 2), Buffer.from([0x81, 0, 0])])
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, 3]), latin('abc'), Buffer.from([0])])
  const pictures = (frames.length > 0 ? frames : [[1, 1] as const]).map(([width, height]) =>
    Buffer.concat([
      Buffer.from([0x2c, 0, 0, 0, 0]),
      little(width, 2),
      little(height, 2),
      Buffer.from([0x80]),
      Buffer.alloc(6),
      Buffer.from([2, 2, 0x44, 1, 0])
    ])
  )
  return Buffer.concat([head, Buffer.alloc(12), comment, ...pictures, Buffer.from([0x3b])])
}

const riff = (name: string, data: Buffer) =>
  Buffer.concat([latin(name), little(data.length, 4), data, Buffer.alloc(data.length % 2)])

export function webpOf(...chunks: Buffer[]): Buffer {
  const data = Buffer.concat(chunks)
  return Buffer.concat([latin('RIFF'), little(data.length + 4, 4), latin('WEBP'), data])
}

export function lossy(width: number, height: number): Buffer {
  const start = Buffer.from([0x30, 1, 0, 0x9d, 1, 0x2a])
  return riff('VP8 ', Buffer.concat([start, little(width + 0x4000, 2), little(height, 2), Buffer.alloc(5)]))
}

export function lossless(width: number, height: number): Buffer {
  const bits = width - 1 + (height - 1) * 0x4000
  return riff('VP8L', Buffer.concat([Buffer.from([0x2f]), little(bits, 4), Buffer.alloc(4)]))
}

export function canvas(width: number, height: number): Buffer {
  return riff('VP8X', Buffer.concat([Buffer.alloc(4), little(width - 1, 3), little(height - 1, 3)]))
}

export function frameOf(width: number, height: number, ...chunks: Buffer[]): Buffer {
  const head = Buffer.concat([Buffer.alloc(6), little(width - 1, 3), little(height - 1, 3), Buffer.alloc(4)])
  return riff('ANMF', Buffer.concat([head, ...chunks]))
}
