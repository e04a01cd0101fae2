import OpenAI, { APIError, BadRequestError, RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { png } from '../../support/images.ts'
import { admitted, message, reasoning, toolCall, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

const started: Step[] = [admitted, { type: 'turn.started' }]
const broken: Step = { type: 'turn.failed', error: { code: 'upstream_error', message: 'No.' } }
const clientOf = (served: StartedResponses) => new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'EMPTY' })

describe('the official client', () => {
  it('gets a response', async () => {
    await using served = await startResponses(turn(...message('m', 'pong')))
    const answer = await clientOf(served).responses.create(ask)
    expect([answer.output_text, answer.status, answer.usage?.total_tokens]).toEqual(['pong', 'completed', 120])
  })

  it('gets a stream', async () => {
    await using served = await startResponses(turn(...message('m', 'po', 'ng')))
    let text = ''
    for await (const event of await clientOf(served).responses.create({ ...ask, stream: true }))
      if (event.type === 'response.output_text.delta') text += event.delta
    expect(text).toBe('pong')
  })

  it('gets a stream with its helper, which throws at what it does not know', async () => {
    await using served = await startResponses(turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng')))
    const answer = await clientOf(served)
      .responses.stream({ ...ask, reasoning: { summary: 'auto' } })
      .finalResponse()
    expect([answer.output_text, answer.output.map(({ type }) => type)]).toEqual(['pong', ['reasoning', 'message']])
  })

  it('gets calls and sends their outputs, everything echoed', async () => {
    const tools = [
      {
        type: 'function' as const,
        name: 'weather',
        strict: null,
        parameters: { type: 'object', properties: { city: { type: 'string' } } }
      }
    ]
    await using served = await startResponses(
      turn(toolCall('call_1', 'weather', '{"city":"Oslo"}'), toolCall('call_2', 'weather', '{"city":"Rome"}'))
    )
    const client = clientOf(served)
    const { output } = await client.responses.stream({ ...ask, tools }).finalResponse()
    const calls = output.filter((item) => item.type === 'function_call')
    expect(calls.map(({ arguments: json }) => json)).toEqual(['{"city":"Oslo"}', '{"city":"Rome"}'])
    const outputs = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: '7' }))
    await client.responses.create({
      ...ask,
      tools,
      input: [{ role: 'user', content: ask.input }, ...calls, ...outputs]
    })
    expect(served.engine.turns[1]?.request).toMatchObject({
      input: [],
      history: [
        { role: 'user' },
        { call_id: 'call_1' },
        { call_id: 'call_2' },
        { type: 'tool_result', call_id: 'call_1' },
        { type: 'tool_result', call_id: 'call_2' }
      ]
    })
  })

  it('gets JSON that it can parse', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false
    }
    await using served = await startResponses(turn(...message('m', '{"n":', '4}')))
    const answer = await clientOf(served).responses.parse({
      ...ask,
      text: { format: { type: 'json_schema', name: 'n', strict: true, schema } }
    })
    expect(answer.output_parsed).toEqual({ n: 4 })
    expect(served.engine.turns[0]?.request.outputSchema).toEqual(schema)
  })

  it('sends an image', async () => {
    await using served = await startResponses(turn(...message('m', 'a pixel')))
    const content = [
      { type: 'input_text' as const, text: 'what?' },
      { type: 'input_image' as const, image_url: png, detail: 'auto' as const }
    ]
    await clientOf(served).responses.create({ ...ask, input: [{ role: 'user', content }] })
    expect(served.engine.turns[0]?.request.input[1]).toEqual({ type: 'image', url: png })
  })

  it('throws what went wrong, and tries nothing twice', async () => {
    await using served = await startResponses([
      ...started,
      { type: 'turn.failed', error: { code: 'usage_limit_exceeded', message: 'No.' } }
    ])
    const { responses } = clientOf(served)
    await expect(responses.create(ask)).rejects.toBeInstanceOf(RateLimitError)
    await expect(
      responses.create({ ...ask, input: [{ role: 'robot' as never, content: 'x' }] })
    ).rejects.toBeInstanceOf(BadRequestError)
    expect(served.engine.turns).toHaveLength(1)
  })

  it('throws in the middle of a stream that breaks, with and without its helper', async () => {
    await using served = await startResponses([...started, ...message('m', 'half'), broken])
    const { responses } = clientOf(served)
    const reading = async () => {
      for await (const _event of await responses.create({ ...ask, stream: true })) continue
    }
    await expect(reading()).rejects.toBeInstanceOf(APIError)
    await expect(responses.stream(ask).finalResponse()).rejects.toBeInstanceOf(APIError)
  })
})
