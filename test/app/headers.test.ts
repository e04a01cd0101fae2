import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { sharedGateway } from '../clients/shared-gateway.ts'
import { says } from '../support/upstream/answer.ts'

const served = sharedGateway()
const input = 'Say pong.'
const messages = [{ role: 'user' as const, content: input }]

const asks = {
  'a chat completion': async (client: OpenAI, model: string) =>
    (await client.chat.completions.create({ model, messages }).withResponse()).response,
  'a stream of chunks': async (client: OpenAI, model: string) => {
    const { data, response } = await client.chat.completions.create({ model, messages, stream: true }).withResponse()
    for await (const chunk of data) expect(chunk.model).toBe(model)
    return response
  },
  'a stream of events': async (client: OpenAI, model: string) => {
    const { data, response } = await client.responses.create({ model, input, stream: true }).withResponse()
    for await (const event of data) expect(event.type).not.toBe('error')
    return response
  }
}

it.each(
  ['assistant', 'live'].flatMap((model) => Object.entries(asks).map(([what, ask]) => [what, model, ask] as const))
)('%s by %s has in its headers the engine, the thread and the times', async (_, model, ask) => {
  const { upstream, baseURL, apiKey } = served()
  upstream.answerAll(says('po', 'ng'))
  const { headers } = await ask(new OpenAI({ baseURL, apiKey, maxRetries: 0 }), model)
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-codex-engine': model === 'live' ? 'app-server' : 'exec',
    'x-codex-thread-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    'x-codex-queue-ms': expect.stringMatching(/^\d+$/) as string,
    'x-codex-first-text-ms': expect.stringMatching(/^\d+$/) as string
  })
  expect(Number(headers.get('x-codex-first-text-ms'))).toBeLessThanOrEqual(Number(headers.get('openai-processing-ms')))
})
