import { afterEach, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { chatStreamFrom } from '../../support/chat-stream.ts'
import { errorBody } from '../../support/openai-schemas.ts'
import { admitted, forever, message, stuck, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { png } from '../../support/images.ts'
import { ask, startChat } from './start-chat.ts'
import type { StartedChat } from './start-chat.ts'

const stream = { ...ask, stream: true }
const started: Step[] = [admitted, { type: 'turn.started' }]
const failed = (error: Extract<TurnEvent, { type: 'turn.failed' }>['error']): TurnEvent => ({
  type: 'turn.failed',
  error
})
const interrupted = (reason: 'timeout' | 'shutdown'): TurnEvent => ({ type: 'turn.interrupted', reason })

let open: StartedChat | undefined
afterEach(() => {
  expect(open?.engine.running ?? 0).toBe(0)
  expect(open?.bugs() ?? []).toEqual([])
  open = undefined
})

async function serving(...script: Step[]): Promise<StartedChat> {
  return (open = await startChat(script))
}

async function errorOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  return errorBody.parse(await response.json()).error
}

describe('a request that cannot be accepted', () => {
  const user = (content: unknown) => ({ ...ask, messages: [{ role: 'user', content }] })
  const image = (url: string) =>
    user([
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url } }
    ])
  it.each([
    [{ model: 'gpt-test' }, 400, 'messages', 'missing_required_parameter'],
    [{ ...ask, messages: [] }, 400, 'messages', 'invalid_value'],
    [{ ...ask, messages: 'hi' }, 400, 'messages', 'invalid_type'],
    [
      { ...ask, messages: [...ask.messages, { role: 'robot', content: 'x' }] },
      400,
      'messages[1].role',
      'invalid_value'
    ],
    [user(7), 400, 'messages[0].content', 'invalid_type'],
    [user([{ type: 'input_audio', input_audio: {} }]), 400, 'messages[0].content[0].type', 'invalid_value'],
    [image('https://example.com/x.png'), 400, 'messages[0].content[1].image_url.url', 'invalid_value'],
    [image('data:image/png;base64,xx'), 400, 'messages[0].content[1].image_url.url', 'invalid_value'],
    [user('x'.repeat(1_001)), 400, 'messages', 'context_length_exceeded'],
    [{ ...ask, model: 'gpt-0' }, 404, 'model', 'model_not_found'],
    [{ ...ask, model: 7 }, 400, 'model', 'invalid_type'],
    [{ ...ask, reasoning_effort: 'huge' }, 400, 'reasoning_effort', 'invalid_value'],
    [{ ...ask, reasoning: { effort: 'huge' } }, 400, 'reasoning.effort', 'invalid_value'],
    [{ ...ask, n: 9 }, 400, 'n', 'invalid_value'],
    [{ ...ask, n: 0 }, 400, 'n', 'invalid_value'],
    [{ ...ask, n: 1.5 }, 400, 'n', 'invalid_type'],
    [{ ...ask, stream: 'yes' }, 400, 'stream', 'invalid_type'],
    [{ ...ask, stop: ['1', '2', '3', '4', '5'] }, 400, 'stop', 'invalid_value'],
    [{ ...ask, tool_choice: 'auto' }, 400, 'tool_choice', 'invalid_value'],
    [
      { ...ask, response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
      400,
      'response_format.json_schema.schema',
      'missing_required_parameter'
    ],
    [{ ...ask, response_format: { type: 'xml' } }, 400, 'response_format.type', 'invalid_value']
  ])('%#: names the field and runs nothing', async (body, status, param, code) => {
    await using chat = await serving()
    for (const stream of [false, true]) {
      const response = await chat.post({ ...body, stream: 'stream' in body ? body.stream : stream })
      expect(response.status).toBe(status)
      expect(response.headers.get('x-should-retry')).toBe('false')
      expect(await errorOf(response)).toMatchObject({ type: 'invalid_request_error', param, code })
    }
    expect(chat.engine.turns).toEqual([])
  })

  it('names a parameter that the operator wants refused', async () => {
    await using chat = (open = await startChat([], { unsupportedParameters: 'reject' }))
    expect(await errorOf(await chat.post({ ...ask, temperature: 0.5 }))).toMatchObject({
      param: 'temperature',
      code: 'unsupported_parameter'
    })
  })
})

describe('a turn that fails', () => {
  it.each([
    ['usage_limit_exceeded', 429, 'insufficient_quota', 'false'],
    ['upstream_auth', 502, 'upstream_auth_error', 'false'],
    ['context_length_exceeded', 400, 'context_length_exceeded', 'false'],
    ['overloaded', 503, 'overloaded', 'true'],
    ['upstream_error', 502, 'upstream_error', 'true'],
    ['engine_stopped', 502, 'engine_stopped', 'true']
  ] as const)('before any text has a status, streamed or not: %s', async (code, status, wireCode, retry) => {
    await using chat = await serving(...started, failed({ code, message: 'No.' }))
    for (const body of [ask, stream]) {
      const response = await chat.post(body)
      expect([response.status, response.headers.get('x-should-retry')]).toEqual([status, retry])
      expect(response.headers.has('retry-after')).toBe(retry === 'true')
      expect(await errorOf(response)).toMatchObject({ message: 'No.', code: wireCode })
    }
  })

  it('before it had a slot may be tried again', async () => {
    await using chat = await serving(failed({ code: 'rate_limited', message: 'Too many.', retry_after: 3 }))
    const response = await chat.post(stream)
    expect([response.status, response.headers.get('x-should-retry'), response.headers.get('retry-after')]).toEqual([
      429,
      'true',
      '3'
    ])
    expect((await errorOf(response)).type).toBe('rate_limit_error')
  })

  it.each([
    ['fails', failed({ code: 'engine_stopped', message: 'Codex stopped.' }), 'engine_stopped'],
    ['is out of time', interrupted('timeout'), 'timeout'],
    ['is shut down', interrupted('shutdown'), 'service_unavailable']
  ] as const)('after the first text is sent in the stream, without an end: %s', async (_title, end, code) => {
    await using chat = await serving(...started, ...message('m', 'half an ans'), end)
    const body = await (await chat.post(stream)).text()
    expect(chatStreamFrom(body)).toMatchObject({ content: 'half an ans', finishReason: null, error: { code } })
    expect(body).not.toContain('[DONE]')
  })

  it.each([
    ['timeout', 504, 'timeout'],
    ['shutdown', 503, 'service_unavailable']
  ] as const)('because of a %s has its own code', async (reason, status, code) => {
    await using chat = await serving(...started, ...message('m', 'half'), interrupted(reason))
    const response = await chat.post(ask)
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([status, 'true'])
    expect((await errorOf(response)).code).toBe(code)
  })
})

describe('a client that leaves', () => {
  it.each([
    ['while it waits for the whole answer', ask, started],
    ['while its stream is waiting for the first word', stream, started],
    ['in the middle of its stream', stream, [...started, ...message('m', 'half')]],
    ['before it has a slot', ask, []]
  ])('ends its turn: %s', async (_title, body, script) => {
    const { step, reached } = stuck()
    await using chat = await serving(...script, step)
    const leaving = new AbortController()
    const answer = chat.post(body, leaving.signal).then((response) => response.text())
    await reached
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    await chat.engine.turns[0]?.ended
    expect(chat.engine.turns[0]?.signal.reason).toBe('client')
  })
})

describe('a stop sequence', () => {
  it('ends a turn that would go on, and its answer is complete', async () => {
    await using chat = await serving(...started, ...message('m', 'one END two'), forever)
    const answer = chatStreamFrom(await (await chat.post({ ...stream, stop: 'END' })).text())
    expect(answer).toMatchObject({ content: 'one ', finishReason: 'stop' })
    expect(chat.engine.turns[0]?.signal.aborted).toBe(true)
  })
})

it('an image reaches the turn as it was sent', async () => {
  await using chat = await serving(...turn(...message('m', 'a pixel')))
  await chat.post({
    ...ask,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: png, detail: 'high' } },
          { type: 'text', text: 'what?' }
        ]
      }
    ]
  })
  expect(chat.engine.turns[0]?.request.input).toEqual([
    { type: 'image', url: png },
    { type: 'text', text: 'what?' }
  ])
})
