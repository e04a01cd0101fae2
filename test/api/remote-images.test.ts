import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { messagesFrom, outputFrom } from '../../src/api/agents/messages.ts'
import { remoteImages } from '../../src/api/remote-images.ts'
import type { ApiContext } from '../../src/http/api.ts'
import { DownloadError } from '../../src/http/outgoing/download.ts'
import { imageReader } from '../../src/openai/image.ts'
import { jpeg } from '../support/images.ts'
import { message, turn } from '../support/scripted-engine.ts'
import { startChat } from './chat/start-chat.ts'
import { startResponses } from './responses/start-responses.ts'

const bytes = Buffer.from(jpeg.slice(jpeg.indexOf(',') + 1), 'base64')
const script = turn(...message('m', 'Hi.'))
const url = 'https://images.test/a.jpg'

/** Answers each URL with the image; `missing` in it is a failure. Counts what was asked. */
function fetching() {
  const asked: string[] = []
  const images = remoteImages(async (url, _signal, count) => {
    asked.push(url)
    if (url.includes('missing')) throw new DownloadError('its host answered with the status 404')
    count(bytes.length)
    return bytes
  })
  return { asked, images }
}

describe('an image that a request names by its URL', () => {
  it('is fetched once and reaches the turn of a chat completion', async () => {
    const { asked, images } = fetching()
    await using served = await startChat(script, { fetchImages: images })
    const part = { type: 'image_url', image_url: { url, detail: 'low' } }
    const response = await served.post({ model: 'gpt-test', messages: [{ role: 'user', content: [part, part] }] })
    expect(response.status).toBe(200)
    expect(served.engine.turns.at(-1)?.request.input).toEqual(Array(2).fill({ type: 'image', url: jpeg }))
    expect(asked).toEqual([url])
  })

  it('reaches the turn of a response and is stored with it', async () => {
    const { asked, images } = fetching()
    const home = await mkdtemp(join(tmpdir(), 'images-'))
    {
      await using served = await startResponses(script, { home, fetchImages: images })
      const input = [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }]
      const first = (await (await served.post({ model: 'gpt-test', input })).json()) as { id: string }
      await served.post({ model: 'gpt-test', input: 'And?', previous_response_id: first.id })
      const [one, two] = served.engine.turns.map(({ request }) => request)
      expect(one?.input).toEqual([{ type: 'image', url: jpeg }])
      expect(two?.history?.[0]).toMatchObject({ content: [{ type: 'image', url: jpeg }] })
      expect(asked).toEqual([url])
    }
    await rm(home, { recursive: true })
  })

  it('is part of a message and of the result of a function in the Agents API', async () => {
    const { images: fetchImages } = fetching()
    const state = { principal: { id: 'someone' }, lifetime: new AbortController().signal }
    const ctx = { state } as unknown as ApiContext
    const needs = { fetchImages, readImage: imageReader({ maxMegapixels: 50 }), maxPromptChars: 1_000 }
    const content = [{ type: 'input_image' as const, image_url: url }]
    const image = { type: 'input_image', image_url: jpeg }
    expect(await messagesFrom(ctx, [{ role: 'user', content }], 'input', needs)).toEqual([{ content: [image] }])
    expect(await outputFrom(ctx, content, 'events[0]', needs)).toEqual([image])
  })

  it.each([
    ['input[0].content[0].image_url', 'status 404', ['https://images.test/missing']],
    ['input[0].content[16].image_url', 'At most 16', Array.from({ length: 17 }, (_, index) => `${url}?${index}`)]
  ])('is refused at %s: %s', async (param, message, urls) => {
    await using served = await startResponses(script, { fetchImages: fetching().images })
    const content = urls.map((image_url) => ({ type: 'input_image', image_url }))
    const response = await served.post({ model: 'gpt-test', input: [{ role: 'user', content }] })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { param, message: expect.stringContaining(message) as string }
    })
  })

  it('counts among the bytes of its request', async () => {
    const large = remoteImages(async (_url, _signal, count) => {
      for (let piece = 0; piece < 64; piece++) count(1_000_000)
      return bytes
    })
    const bodies = { reading: 4, totalBytes: 1_000_000, windowMs: 10_000, leastBytes: 1 }
    await using served = await startResponses(script, { fetchImages: large, bodies })
    const input = [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }]
    const response = await served.post({ model: 'gpt-test', input })
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/larger than|too many/) as string }
    })
    expect(response.status).not.toBe(200)
  })
})
