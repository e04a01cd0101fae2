import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { startGateway } from '../app/start-gateway.ts'
import { admitted, completed, message, scriptedEngine, stuck } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'

const begun: Step[] = [admitted, { type: 'turn.started' }]
const model = 'gpt-test'
const messages = [{ role: 'user' as const, content: 'Say pong.' }]

/** The APIs with answers that are held until their headers have come. */
async function slow(...last: Step[]) {
  const held: (() => void)[] = []
  const hold: Step = () => new Promise<void>((resolve) => held.push(resolve))
  const engine = scriptedEngine([...begun, hold, ...last], [{ id: model, isDefault: true }])
  const server = await startGateway({
    engine,
    apis: undefined,
    env: { CODEX_GATEWAY_TOKEN: '', CODEX_EARLY_HEADERS_SECONDS: '1', CODEX_THREAD_TTL_HOURS: '0' }
  })
  const seen = async (...request: Parameters<typeof fetch>) => {
    const response = await fetch(...request)
    held.shift()?.()
    return response
  }
  return {
    ...server,
    engine,
    client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'EMPTY', maxRetries: 0, fetch: seen })
  }
}

it('the official client reads answers that begin with blanks', async () => {
  await using api = await slow(...message('m', 'pong'), completed)
  const [chat, response, completion] = await Promise.all([
    api.client.chat.completions.create({ model, messages }).withResponse(),
    api.client.responses.create({ model, input: 'Say pong.' }).withResponse(),
    api.client.completions.create({ model, prompt: 'Say pong.' }).withResponse()
  ])
  expect([chat.data.choices[0]?.message.content, response.data.output_text, completion.data.choices[0]?.text]).toEqual([
    'pong',
    'pong',
    'pong'
  ])
  for (const {
    response: { headers }
  } of [chat, response, completion])
    expect([headers.get('transfer-encoding'), headers.get('x-codex-engine')]).toEqual(['chunked', 'scripted'])
  expect(api.engine.running).toBe(0)
})

it('a client that leaves after its headers ends its turn', async () => {
  const { step, reached } = stuck()
  await using api = await slow(step)
  const leaving = new AbortController()
  const answer = api.client.chat.completions.create({ model, messages }, { signal: leaving.signal })
  await reached
  leaving.abort()
  await expect(answer).rejects.toThrow('aborted')
  await api.engine.turns[0]?.ended
  expect(await api.line(({ route }) => route === '/chat/completions')).toMatchObject({ status: 499 })
  expect(api.lines.filter(({ msg }) => msg === 'failure')).toEqual([])
})

it('a turn that fails after its headers is reported in the body, under status 200, and in the log', async () => {
  await using api = await slow({ type: 'turn.failed', error: { code: 'engine_stopped', message: 'No.' } })
  const { data, response } = await api.client.chat.completions.create({ model, messages }).withResponse()
  expect([response.status, data]).toMatchObject([200, { error: { code: 'engine_stopped', message: 'No.' } }])
  expect(await api.line(({ route }) => route === '/chat/completions')).toMatchObject({
    status: 200,
    turn: 'turn.failed',
    cause: 'engine_stopped'
  })
  expect(api.engine.running).toBe(0)
})
