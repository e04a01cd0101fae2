import { afterEach, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { errorBody } from '../../support/openai-schemas.ts'
import { responseStreamFrom } from '../../support/response-stream.ts'
import { admitted, message, stuck } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'
import type { ResponsesSettings, StartedResponses } from './start-responses.ts'

const stream = { ...ask, stream: true }
const started: Step[] = [admitted, { type: 'turn.started' }]
const failed = (code: 'usage_limit_exceeded' | 'engine_stopped' | 'upstream_auth'): TurnEvent => ({
  type: 'turn.failed',
  error: { code, message: 'No.' }
})

let open: StartedResponses | undefined
afterEach(() => {
  expect(open?.engine.running ?? 0).toBe(0)
  expect(open?.bugs() ?? []).toEqual([])
  open = undefined
})

const serving = async (script: readonly Step[], settings?: ResponsesSettings) =>
  (open = await startResponses(script, settings))
const streamed = async (response: Response) => responseStreamFrom(await response.text())

describe('a request that cannot be accepted', () => {
  it.each([
    [{ model: 'gpt-test' }, 400, 'input', 'missing_required_parameter'],
    [{ ...ask, input: [] }, 400, 'input', 'invalid_value'],
    [{ ...ask, input: 'x'.repeat(1_001) }, 400, 'input', 'context_length_exceeded'],
    [{ ...ask, model: 'gpt-0' }, 404, 'model', 'model_not_found'],
    [{ ...ask, conversation: 'conv_1' }, 400, 'conversation', 'unsupported_parameter'],
    [{ ...ask, top_logprobs: 2 }, 400, 'top_logprobs', 'unsupported_parameter'],
    [{ ...ask, previous_response_id: 'resp_x' }, 400, 'previous_response_id', 'previous_response_not_found']
  ])('%#: names the field and runs nothing', async (body, status, param, code) => {
    await using served = await serving([])
    for (const stream of [false, true]) {
      const response = await served.post({ ...body, stream })
      expect(response.status).toBe(status)
      expect(errorBody.parse(await response.json()).error).toMatchObject({ type: 'invalid_request_error', param, code })
    }
    expect(served.engine.turns).toEqual([])
  })

  it('names what the operator wants refused', async () => {
    await using served = await serving([], { unsupportedParameters: 'reject' })
    const param = async (body: object) =>
      errorBody.parse(await (await served.post({ ...ask, ...body })).json()).error.param
    expect([await param({ temperature: 0.5 }), await param({ tools: [{ type: 'web_search' }] })]).toEqual([
      'temperature',
      'tools[0].type'
    ])
  })
})

describe('a turn that fails', () => {
  it.each([
    ['usage_limit_exceeded', 429, 'insufficient_quota'],
    ['upstream_auth', 502, 'upstream_auth_error']
  ] as const)('before any text has a status: %s', async (code, status, wireCode) => {
    await using served = await serving([...started, failed(code)])
    for (const body of [ask, stream]) {
      const response = await served.post(body)
      expect([response.status, errorBody.parse(await response.json()).error.code]).toEqual([status, wireCode])
    }
  })

  it('after the first text is sent in the stream, in both forms', async () => {
    await using served = await serving([...started, ...message('m', 'half').slice(0, 1), failed('engine_stopped')])
    const { response, error } = await streamed(await served.post(stream))
    expect(error).toMatchObject({ code: 'engine_stopped', message: 'No.' })
    expect(response).toMatchObject({
      status: 'failed',
      error: { code: 'server_error' },
      output: [{ status: 'incomplete' }]
    })
    const whole = await served.post(ask)
    expect([whole.status, errorBody.parse(await whole.json()).error.code]).toEqual([502, 'engine_stopped'])
  })

  it('because of its schema names the field with the schema', async () => {
    await using served = await serving([
      ...started,
      { type: 'turn.failed', error: { code: 'invalid_request', message: 'No.', param: 'outputSchema' } }
    ])
    expect(errorBody.parse(await (await served.post(ask)).json()).error.param).toBe('text.format.schema')
  })
})

it.each([ask, stream])('a client that leaves ends its turn: %j', async (body) => {
  const { step, reached } = stuck()
  await using served = await serving([...started, ...message('m', 'half'), step])
  const leaving = new AbortController()
  const answer = served.post(body, leaving.signal).then((response) => response.text())
  await reached
  leaving.abort()
  await expect(answer).rejects.toThrow('aborted')
  await served.engine.turns[0]?.ended
})
