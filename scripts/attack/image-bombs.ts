const side = 40_000
const u16 = (value: number) => [(value >> 8) & 255, value & 255]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)]
const le16 = (value: number) => u16(value).reverse()
const le24 = (value: number) => [...le16(value & 0xffff), value >> 16]
const le32 = (value: number) => u32(value).reverse()
const ascii = (text: string) => [...Buffer.from(text, 'latin1')]

const png = [
  0x89,
  ...ascii('PNG\r\n\x1a\n'),
  ...u32(13),
  ...ascii('IHDR'),
  ...u32(side),
  ...u32(side),
  1,
  0,
  0,
  0,
  0,
  ...u32(0)
]
const jpeg = [
  0xff,
  0xd8,
  0xff,
  0xc0,
  ...u16(17),
  8,
  ...u16(side),
  ...u16(side),
  3,
  1,
  17,
  0,
  2,
  17,
  0,
  3,
  17,
  0,
  0xff,
  0xd9
]
const frame = [0x2c, 0, 0, 0, 0, ...le16(side), ...le16(side), 0, 2, 1, 0, 0, 0x3b]
const gif = [...ascii('GIF89a'), ...le16(side), ...le16(side), 0, 0, 0, ...frame]
/** Only its frame is large: the canvas is one pixel. */
const gifFrame = [...ascii('GIF89a'), ...le16(1), ...le16(1), 0, 0, 0, ...frame]
const riff = (chunk: number[]) => [...ascii('RIFF'), ...le32(4 + chunk.length), ...ascii('WEBP'), ...chunk]
const webp = riff([...ascii('VP8X'), ...le32(10), 0, 0, 0, 0, ...le24(side - 1), ...le24(side - 1)])
const lossy = riff([...ascii('VP8 '), ...le32(10), 0x30, 1, 0, 0x9d, 1, 0x2a, ...le16(16_383), ...le16(16_383)])
/** 14 bits for each side, less one. */
const lossless = riff([...ascii('VP8L'), ...le32(6), 0x2f, 0xff, 0xff, 0xff, 0x0f, 0])

const url = (kind: string, bytes: number[]) => `data:image/${kind};base64,${Buffer.from(bytes).toString('base64')}`

/** Headers of images with more than 200 megapixels, as data URLs. */
export const bombs = {
  PNG: url('png', png),
  JPEG: url('jpeg', jpeg),
  GIF: url('gif', gif),
  'GIF with a large frame': url('gif', gifFrame),
  WebP: url('webp', webp),
  'lossy WebP': url('webp', lossy),
  'lossless WebP': url('webp', lossless),
  'PNG that calls itself JPEG': url('jpeg', png)
}
