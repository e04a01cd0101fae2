import { afterEach, describe, expect, it } from 'vitest'
import { responseResource } from '../../support/response-schemas.ts'
import { responseStreamFrom, textOf } from '../../support/response-stream.ts'
import { message, reasoning, toolCall, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'
import type { ResponsesSettings, StartedResponses } from './start-responses.ts'

const stream = { ...ask, stream: true }

let open: StartedResponses | undefined
afterEach(() => {
  expect(open?.engine.running ?? 0).toBe(0)
  expect(open?.bugs() ?? []).toEqual([])
  open = undefined
})

const serving = async (script: readonly Step[], settings?: ResponsesSettings) =>
  (open = await startResponses(script, settings))
const whole = async (response: Response) => responseResource.parse(await response.json())
const streamed = async (response: Response) => responseStreamFrom(await response.text())

describe('a response', () => {
  it('is one object with every key', async () => {
    await using served = await serving(turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng')))
    const response = await served.post({
      ...ask,
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      reasoning: { summary: 'auto' },
      temperature: 0.5
    })
    expect([response.status, response.headers.get('content-type'), response.headers.get('x-codex-engine')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'scripted'
    ])
    const answer = await whole(response)
    expect(answer).toMatchObject({
      status: 'completed',
      model: 'gpt-test',
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      temperature: 0.5
    })
    expect(answer.output.map(textOf)).toEqual(['hm', 'pong'])
    expect(answer.usage).toMatchObject({
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 20,
      total_tokens: 120
    })
  })

  it('is a stream that ends in the same object', async () => {
    const tools = [{ type: 'function', name: 'f', description: 'F', parameters: { type: 'object' }, strict: true }]
    await using served = await serving(
      turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng'), toolCall('c', 'f', '{}'))
    )
    const asked = { ...ask, tools, reasoning: { effort: 'low', summary: 'auto' } }
    const one = await whole(await served.post(asked))
    const response = await served.post({ ...asked, stream: true })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const { response: other } = await streamed(response)
    expect(other.output.map(textOf)).toEqual(['hm', 'pong', '{}'])
    const withoutIds = (answer: typeof one) =>
      JSON.stringify(answer)
        .replaceAll(answer.id.slice('resp_'.length), '')
        .replaceAll(/"(created|completed)_at":\d+/g, '')
    expect(withoutIds(other)).toEqual(withoutIds(one))
  })

  it('does not repeat what is too long for every event', async () => {
    await using served = await serving(turn(...message('m', 'pong')), { maxPromptChars: 100_000 })
    const tools = [{ type: 'function', name: 'f', parameters: { type: 'object', description: 'x'.repeat(20_000) } }]
    const { events } = await streamed(await served.post({ ...stream, instructions: 'x'.repeat(20_000), tools }))
    expect(Math.max(...events.map((event) => JSON.stringify(event).length))).toBeLessThan(8_000)
    expect(served.engine.turns[0]?.request.instructions).toHaveLength(20_000)
  })

  it('unwraps the object of json_object', async () => {
    await using served = await serving(turn(...message('m', '{"json":"{\\"a\\"', ':1}"}')))
    const { response } = await streamed(await served.post({ ...stream, text: { format: { type: 'json_object' } } }))
    expect(response.output.map(textOf)).toEqual(['{"a":1}'])
  })

  it('strips the answer tags where the alias sets it', async () => {
    await using served = await serving(turn(...message('m', '<think>x</th', 'ink>do()')), {
      aliases: { phone: { model: 'gpt-test', strip_answer_tags: true } }
    })
    expect((await streamed(await served.post({ ...stream, model: 'phone' }))).response.output.map(textOf)).toEqual([
      'xdo()'
    ])
  })

  it('names the parameters and the tools that have no effect', async () => {
    await using served = await serving(turn(...message('m', 'pong')), { unsupportedParameters: 'ignore-all' })
    const response = await served.post({ ...ask, temperature: 0, store: false, tools: [{ type: 'web_search' }] })
    expect(response.headers.get('x-ignored-parameters')).toBe('temperature, tools[0]')
    expect((await served.post(ask)).headers.get('x-ignored-parameters')).toBeNull()
  })

  it('repeats that it is in progress during a long silence', async () => {
    let resolveSilence = () => {}
    const silence = new Promise<void>((resolve) => (resolveSilence = resolve))
    await using served = await serving(
      turn(...message('r', 'hm'), () => silence, ...message('m', 'pong')),
      { waiting: { silenceMs: 5 } }
    )
    let body = ''
    for await (const bytes of (await served.post(stream)).body!.pipeThrough(new TextDecoderStream())) {
      body += bytes
      if (body.split('event: response.in_progress').length > 3) resolveSilence()
    }
    expect(responseStreamFrom(body).response.output.map(textOf)).toEqual(['hm', 'pong'])
  })
})
