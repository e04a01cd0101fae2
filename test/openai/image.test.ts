import { describe, expect, it } from 'vitest'
import { imageInput, maxImageBytes } from '../../src/openai/image.ts'
import { gif, jpeg, png, webp } from '../support/images.ts'

const at = 'messages[0].content[1].image_url.url'
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    param: at,
    message: expect.stringContaining(message) as string
  }) as Error
/** A PNG's beginning and zeros: only its size matters. */
const sized = (bytes: number) =>
  `data:image/png;base64,${Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(bytes - 8)]).toString('base64')}`

describe('an image from a request', () => {
  it.each([
    ['png', png],
    ['jpeg', jpeg],
    ['webp', webp],
    ['gif', gif],
    ['jpg, which is no type but common', jpeg.replace('jpeg', 'jpg')],
    ['PNG', png.replace('image/png', 'image/PNG')]
  ])('may be %s', (_type, url) => {
    expect(imageInput(url, at)).toEqual({ type: 'image', url })
  })

  it.each([
    ['https://example.com/a.png', 'not fetched'],
    ['HTTP://169.254.169.254/', 'not fetched'],
    ['file:///etc/passwd', 'data URL'],
    ['', 'data URL'],
    ['data:image/svg+xml;base64,PHN2Zz4=', 'data URL'],
    ['data:text/plain;base64,aGk=', 'data URL'],
    ['data:image/png,raw', 'data URL'],
    ['data:image/png;base64,', 'not valid base64'],
    ['data:image/png;base64,iVBORw0KGgo', 'not valid base64'],
    ['data:image/png;base64,iVBORw0KGgo==', 'not valid base64'],
    ['data:image/png;base64,iVBORw0K\nGgo=', 'not valid base64'],
    ['data:image/png;base64,iVBORw0K-_o=', 'not valid base64'],
    ['data:image/png;base64,aGVsbG8=', 'neither PNG'],
    [png.replace('image/png', 'image/jpeg'), 'but it is image/png']
  ])('is refused: %s', (url, message) => {
    expect(() => imageInput(url, at)).toThrow(refusal(message))
  })

  it('may have 20 MiB and not a byte more', () => {
    expect(imageInput(sized(maxImageBytes), at).type).toBe('image')
    expect(() => imageInput(sized(maxImageBytes + 1), at)).toThrow(refusal('larger than 20 MiB'))
  })
})
