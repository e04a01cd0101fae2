import { describe, expect, it } from 'vitest'
import { maxImageBytes } from '../../src/openai/image.ts'
import { gif, jpeg, png, readImage, webp } from '../support/images.ts'

const at = 'messages[0].content[1].image_url.url'
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    param: at,
    message: expect.stringContaining(message) as string
  }) as Error
/** A PNG's header and zeros: only its size matters. */
const sized = (bytes: number) => {
  const head = Buffer.from(png.slice(png.indexOf(',') + 1), 'base64').subarray(0, 33)
  return `data:image/png;base64,${Buffer.concat([head, Buffer.alloc(bytes - 33)]).toString('base64')}`
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

  it('may have 20 MiB and not a byte more', () => {
    expect(readImage(sized(maxImageBytes), at).type).toBe('image')
    expect(() => readImage(sized(maxImageBytes + 1), at)).toThrow(refusal('larger than 20 MiB'))
  })
})
