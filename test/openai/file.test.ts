import { describe, expect, it } from 'vitest'
import { fileInputFrom } from '../../src/openai/file.ts'
import { maxImageBytes } from '../../src/openai/image.ts'
import { jpeg, readImage } from '../support/images.ts'

const read = (file: Parameters<typeof fileInputFrom>[0]) => fileInputFrom(file, 'at', readImage)
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const refusal = (param: string, message: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    param,
    message: expect.stringContaining(message) as string
  }) as Error

describe('a file in a request', () => {
  it.each([
    ['a data URL', `data:text/plain;base64,${base64('grüß Gott')}`],
    ['base64 alone', base64('grüß Gott')],
    ['an escaped data URL', 'data:text/plain,gr%C3%BC%C3%9F%20Gott'],
    ['one with another label', `data:application/pdf;base64,${base64('grüß Gott')}`],
    ['one with a byte order mark', base64('\ufeffgrüß Gott')]
  ])('is its text, under its name: %s', (_title, file_data) => {
    expect(read({ file_data, filename: 'a.txt' })).toEqual({ type: 'text', text: 'File "a.txt":\ngrüß Gott' })
  })

  it('may have 20 MiB and a label, and no more', () => {
    const label = 'data:text/plain;base64,'
    const sized = (bytes: number) => label + base64(Buffer.alloc(bytes, 'x'))
    expect(read({ file_data: sized(maxImageBytes) })).toMatchObject({ type: 'text' })
    expect(read({ file_data: sized(maxImageBytes + 238) })).toMatchObject({ type: 'text' })
    expect(() => read({ file_data: sized(maxImageBytes + 241) })).toThrow('larger than 20 MiB')
  })

  it('may have no name', () => {
    expect(read({ file_data: base64('x') })).toEqual({ type: 'text', text: 'File:\nx' })
  })

  it('is an image where its bytes are', () => {
    const file_data = jpeg.replace('image/jpeg', 'application/octet-stream')
    expect(read({ file_data, filename: 'a.pdf' })).toEqual({ type: 'image', url: jpeg })
  })

  it.each([
    ['at.file_data', 'no PDF files', { file_data: `data:application/pdf;base64,${base64('%PDF-1.4\n')}` }],
    ['at.file_data', 'no PDF files', { file_data: `data:text/plain;base64,${base64('%PDF-1.4\n')}` }],
    ['at.file_data', 'texts in UTF-8', { file_data: base64('PK\u0003\u0004\0\0') }],
    ['at.file_data', 'texts in UTF-8', { file_data: base64(Buffer.from([0xe4, 0xf6])) }],
    ['at.file_data', 'not base64', { file_data: '!!!' }],
    ['at.file_data', 'not a valid data URL', { file_data: 'data:text/plain,%' }],
    ['at.file_data', 'larger than 20 MiB', { file_data: 'a'.repeat(((maxImageBytes + 1024) / 3) * 4) }],
    ['at', 'Send the file itself', { file_id: 'file-1' }],
    ['at', 'Send the file itself', { file_url: 'https://example.com/a.pdf' }]
  ])('is refused at %s: %s', (param, message, file) => {
    expect(() => read(file)).toThrow(refusal(param, message))
  })
})
