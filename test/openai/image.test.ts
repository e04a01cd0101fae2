import { describe, expect, it } from 'vitest'
import { maxImageBytes } from '../../src/openai/image.ts'
import { chunk } from './image-headers.ts'
import { gif, jpeg, png, readImage, webp } from '../support/images.ts'

const at = 'messages[0].content[1].image_url.url'
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    param: at,
    message: expect.stringContaining(message) as string
  }) as Error
const bytesIn = (url: string) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
const urlOf = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
/** A PNG with a comment of zeros: only its size matters. */
const sized = (bytes: number) => {
  const [head, rest] = [bytesIn(png).subarray(0, 33), bytesIn(png).subarray(33)]
  return urlOf(Buffer.concat([head, chunk('tEXt', Buffer.alloc(bytes - head.length - rest.length - 12)), rest]))
}

describe('an image from a request', () => {
  it.each([
    ['png', png],
    ['jpeg', jpeg],
    ['webp', webp],
    ['gif', gif]
  ])('may be %s', (_type, url) => {
    expect(readImage(url, at)).toEqual({ type: 'image', url })
  })

  it.each([
    ['https://example.com/a.png', 'not fetched'],
    ['HTTP://169.254.169.254/', 'not fetched'],
    ['file:///etc/passwd', 'data URL'],
    ['', 'data URL'],
    ['data:image/svg+xml;base64,PHN2Zz4=', 'neither PNG'],
    ['data:text/plain;base64,aGk=', 'data URL'],
    ['data:image/png,raw', 'data URL'],
    ['data:image/png;base64,', 'not valid base64'],
    ['data:image/png;base64,iVBORw0KGgo', 'not valid base64'],
    ['data:image/png;base64,iVBORw0KGgo==', 'not valid base64'],
    ['data:image/png;base64,iVBORw0K\nGgo=', 'not valid base64'],
    ['data:image/png;base64,iVBORw0K-_o=', 'not valid base64'],
    ['data:image/png;base64,aGVsbG8=', 'neither PNG']
  ])('is refused: %s', (url, message) => {
    expect(() => readImage(url, at)).toThrow(refusal(message))
  })

  it.each([
    ['image/jpg', jpeg],
    ['image/PNG', png],
    ['image/png', jpeg],
    ['image/jpeg', webp],
    ['image/webp', gif],
    ['image/heic', png]
  ])('that is labelled %s is sent with its true type', (label, url) => {
    expect(readImage(url.replace(/image\/\w+/, label), at)).toEqual({ type: 'image', url })
  })

  it.each([
    ['png', png],
    ['jpeg', jpeg],
    ['webp', webp],
    ['gif', gif]
  ])('is refused where it is a %s that was cut off anywhere', (_type, url) => {
    const bytes = bytesIn(url)
    for (let length = 12; length < bytes.length; length++)
      expect(() => readImage(urlOf(bytes.subarray(0, length)), at)).toThrow(refusal('damaged or cut off'))
    expect(readImage(urlOf(Buffer.concat([bytes, Buffer.alloc(100_000)])), at).type).toBe('image')
  })

  it('is refused where a bit of it is wrong, as far as its kind has checksums', () => {
    const bytes = bytesIn(png)
    for (let index = 16; index < bytes.length; index++) {
      const damaged = Buffer.from(bytes)
      damaged[index] = (damaged[index] ?? 0) ^ 1
      expect(() => readImage(urlOf(damaged), at)).toThrow(refusal('damaged or cut off'))
    }
  })

  it('may be a JPEG whose end is split between two windows of its data', () => {
    const bytes = bytesIn(jpeg)
    const end = bytes.subarray(-2)
    const long = Buffer.concat([bytes.subarray(0, -2), Buffer.alloc(49_151 - bytes.length + 2, 1), end])
    expect(readImage(urlOf(long), at).type).toBe('image')
    expect(() => readImage(urlOf(long.subarray(0, -1)), at)).toThrow(refusal('damaged or cut off'))
  })

  it('may have 20 MiB and not a byte more', () => {
    expect(readImage(sized(maxImageBytes), at).type).toBe('image')
    expect(() => readImage(sized(maxImageBytes + 1), at)).toThrow(refusal('larger than 20 MiB'))
  })
})
