import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { jpeg, png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'

const text = 'data:text/plain;base64,aGVsbG8='
const pdf = 'data:application/pdf;base64,JVBERi0xLjQK'
const cutOff = png.slice(0, 'data:image/png;base64,'.length + 96 - 32)

describe.each(['assistant', 'live'])('what is no text, sent to %s', (model) => {
  const served = sharedGateway({ CODEX_FETCH_IMAGES: '1' })
  const client = () => new OpenAI({ ...served(), maxRetries: 0 })
  const chat = (part: object) =>
    client().chat.completions.create({
      model,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, part as never] }]
    })
  const respond = (part: object) =>
    client().responses.create({
      model,
      store: false,
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Look.' }, part as never] }]
    })
  const sent = () => JSON.stringify(served().upstream.requests.at(-1)?.body.input)

  it('is a text where a file is one', async () => {
    served().upstream.answerAll(says('Hello.'))
    await chat({ type: 'file', file: { filename: 'a.txt', file_data: text } })
    expect(sent()).toContain(String.raw`File \"a.txt\":\nhello`)
    await respond({ type: 'input_file', filename: 'b.txt', file_data: text })
    expect(sent()).toContain(String.raw`File \"b.txt\":\nhello`)
  })

  it('is an image of its true type', async () => {
    served().upstream.answerAll(says('Hello.'))
    await chat({ type: 'image_url', image_url: { url: jpeg.replace('jpeg', 'png') } })
    expect(sent()).toContain(jpeg.slice(0, 60))
    await respond({ type: 'input_file', filename: 'c.bin', file_data: jpeg.replace('image/jpeg', 'image/png') })
    expect(sent()).toContain(jpeg.slice(0, 60))
  })

  it.each([
    ['file.file_data', 'pages as images', { type: 'file', file: { filename: 'a.pdf', file_data: pdf } }],
    ['image_url.url', 'damaged or cut off', { type: 'image_url', image_url: { url: cutOff } }],
    ['type', 'Codex takes no audio', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
    ['image_url.url', 'no public address', { type: 'image_url', image_url: { url: 'https://localhost/a.png' } }],
    ['image_url.url', 'no public address', { type: 'image_url', image_url: { url: 'https://169.254.169.254/a' } }],
    ['image_url.url', 'only https', { type: 'image_url', image_url: { url: 'http://example.com/a.png' } }]
  ])('is refused in a chat completion at %s: %s', async (field, message, part) => {
    const count = served().upstream.count
    await expect(chat(part)).rejects.toMatchObject({
      status: 400,
      param: `messages[0].content[1].${field}`,
      message: expect.stringContaining(message) as string
    })
    expect(served().upstream.count).toBe(count)
  })

  it.each([
    ['file_data', 'pages as images', { type: 'input_file', filename: 'a.pdf', file_data: pdf }],
    ['image_url', 'damaged or cut off', { type: 'input_image', image_url: cutOff }],
    ['type', 'Codex takes no audio', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
    ['image_url', 'no public address', { type: 'input_image', image_url: 'https://[::1]/a.png' }]
  ])('is refused in a response at %s: %s', async (field, message, part) => {
    await expect(respond(part)).rejects.toMatchObject({
      status: 400,
      param: `input[0].content[1].${field}`,
      message: expect.stringContaining(message) as string
    })
  })
})
