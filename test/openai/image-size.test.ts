import { describe, expect, it } from 'vitest'
import { Base64Bytes } from '../../src/openai/base64-bytes.ts'
import { imageReader } from '../../src/openai/image.ts'
import { imageKinds } from '../../src/openai/image-size.ts'
import { gif, jpeg, png, webp } from '../support/images.ts'
import { gifOf, jpegOf, jpegSegment, pngOf, webpOf, frameOf, lossless, lossy, canvas } from './image-headers.ts'

const size = (kind: string, bytes: Buffer) => imageKinds[kind]?.size(new Base64Bytes(bytes.toString('base64'), 0))
const bytesIn = (url: string) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
const repeated = (bytes: Buffer, count: number) => Buffer.alloc(bytes.length * count, bytes)
const exif = jpegSegment(0xe1, Buffer.alloc(65_000, 0xff))

describe('the size of an image', () => {
  it.each<[string, string, Buffer]>([
    ['png', 'a PNG', pngOf(40_000, 30_000)],
    ['png', 'an interlaced one', pngOf(40_000, 30_000, { interlaced: true })],
    ['png', 'an animated one', pngOf(40_000, 30_000, { animated: true })],
    ['jpeg', 'a JPEG', jpegOf(0xc0, 40_000, 30_000)],
    ['jpeg', 'a progressive one behind 650 KB of EXIF', jpegOf(0xc2, 40_000, 30_000, Array(10).fill(exif) as Buffer[])],
    ['jpeg', 'one in CMYK', jpegOf(0xc0, 40_000, 30_000, [jpegSegment(0xee, Buffer.from('Adobe'))], 4)],
    ['jpeg', 'one with fill bytes', jpegOf(0xc0, 40_000, 30_000, [Buffer.from([0xff, 0xff, 0xff])])],
    ['jpeg', 'one with an arithmetic frame', jpegOf(0xc9, 40_000, 30_000, [jpegSegment(0xc4, Buffer.alloc(9))])],
    ['gif', 'a GIF', gifOf([40_000, 30_000])],
    ['gif', 'one whose frame is larger than its screen', gifOf([1, 1], [40_000, 30_000])],
    ['gif', 'one whose second frame is', gifOf([1, 1], [1, 1], [40_000, 30_000])],
    ['webp', 'a lossy WebP', webpOf(lossy(16_000, 9_000))],
    ['webp', 'a lossless one', webpOf(lossless(16_000, 9_000))],
    ['webp', 'an extended one', webpOf(canvas(16_000, 9_000), lossy(16_000, 9_000))],
    ['webp', 'one whose picture is larger than its canvas', webpOf(canvas(1, 1), lossless(16_000, 9_000))],
    ['webp', 'an animated one', webpOf(canvas(1, 1), frameOf(16_000, 9_000, lossy(1, 1)))],
    ['webp', 'one with a large picture in a small frame', webpOf(canvas(1, 1), frameOf(1, 1, lossy(16_000, 9_000)))]
  ])('%s: stands in the header of %s', (kind, _name, bytes) => {
    expect(size(kind, bytes)).toEqual(
      kind === 'webp' ? { width: 16_000, height: 9_000 } : { width: 40_000, height: 30_000 }
    )
  })

  it.each([
    ['png', png],
    ['jpeg', jpeg],
    ['gif', gif],
    ['webp', webp]
  ])('of a real %s is one pixel; cut off within its header it is none', (kind, url) => {
    const bytes = bytesIn(url)
    expect(size(kind, bytes)).toEqual({ width: 1, height: 1 })
    for (let length = 0; length < 20; length++) expect(size(kind, bytes.subarray(0, length))).toBeUndefined()
  })

  it.each<[string, Buffer]>([
    ['png', pngOf(0, 1)],
    ['png', Buffer.concat([pngOf(1, 1).subarray(0, 8), Buffer.from('CgBI'), pngOf(1, 1).subarray(8)])],
    ['jpeg', jpegOf(0xc0, 1, 0)],
    ['jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2])],
    ['jpeg', Buffer.concat([Buffer.from([0xff, 0xd8, 0, 0]), jpegOf(0xc0, 1, 1).subarray(2)])],
    ['gif', gifOf([0, 1])],
    ['webp', webpOf()],
    ['webp', webpOf(canvas(1, 1), Buffer.from('VP8 \x0a\0\0\0aaaaaaaaaa'))]
  ])('is unknown where the header is damaged: %s', (kind, bytes) => {
    expect(size(kind, bytes)).toBeUndefined()
  })
})

it('an image of too many pixels, or without a size, is refused at its field', () => {
  const read = imageReader({ maxMegapixels: 50 })
  const url = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
  const refusal = (message: string) =>
    expect.objectContaining({ code: 'invalid_request', param: 'at', message }) as Error
  expect(read(url(pngOf(10_000, 5_000)), 'at').type).toBe('image')
  expect(() => read(url(pngOf(10_000, 5_001)), 'at')).toThrow(
    refusal('This image has 10000 × 5001 pixels; at most 50 megapixels are accepted.')
  )
  expect(() => read(url(pngOf(10_000, 0)), 'at')).toThrow(
    refusal('This png image is damaged or cut off. Send all of its bytes.')
  )
})

it.each<[string, Buffer]>([
  ['gif', Buffer.concat([gifOf([1, 1]).subarray(0, -1), Buffer.from([0x21, 0xfe]), Buffer.alloc(15_000_000, 1)])],
  ['webp', webpOf(canvas(1, 1), repeated(frameOf(1, 1), 600_000))],
  ['jpeg', jpegOf(0xc0, 1, 1, [repeated(jpegSegment(0xe1, Buffer.alloc(0)), 1_000_000)])]
])('a %s of a million tiny blocks counts as damaged, and is not looked through', (kind, bytes) => {
  expect(size(kind, bytes)).toBeUndefined()
})
