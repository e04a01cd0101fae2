import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { errorBody, textChunk, textCompletion } from '../../support/openai-schemas.ts'
import { admitted, completed, forever, message, reasoning, stuck, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { startCompletions } from './start-completions.ts'

const ask = { model: 'gpt-test', prompt: 'Say pong.' }
const begun: Step[] = [admitted, { type: 'turn.started' }]
const textOf = ({ input }: TurnRequest) => input.map((part) => (part.type === 'text' ? part.text : '')).join()

const eventsOf = (body: string) =>
  body
    .trimEnd()
    .split('\n\n')
    .map((line) => line.replace(/^data: /, ''))

describe('a legacy completion', () => {
  it('is one object, its messages joined by blank lines', async () => {
    await using api = await startCompletions(
      turn(...reasoning('r', 'hm'), ...message('a', 'po', 'ng'), ...message('b', 'two'))
    )
    const response = await api.post({ ...ask, max_tokens: 5 })
    expect(response.headers.get('x-ignored-parameters')).toBe('max_tokens')
    const answer = textCompletion.parse(await response.json())
    expect(answer.choices).toEqual([{ index: 0, text: 'pong\n\ntwo', logprobs: null, finish_reason: 'stop' }])
    expect(answer.usage.total_tokens).toBe(120)
  })

  it('is a stream that ends with [DONE]', async () => {
    await using api = await startCompletions(turn(...message('a', 'po', 'ng')))
    const events = eventsOf(
      await (await api.post({ ...ask, stream: true, stream_options: { include_usage: true } })).text()
    )
    expect(events.pop()).toBe('[DONE]')
    const chunks = events.map((event) => textChunk.parse(JSON.parse(event)))
    expect(chunks.map(({ choices: [choice] }) => [choice?.text, choice?.finish_reason])).toEqual([
      ['po', null],
      ['ng', null],
      ['', 'stop'],
      [undefined, undefined]
    ])
    expect(chunks.at(-1)?.usage?.total_tokens).toBe(120)
  })

  it.each([false, true])('of several prompts runs them one after another (streamed: %s)', async (stream) => {
    let most = 0
    await using api = await startCompletions((request) => {
      most = Math.max(most, api.engine.running)
      return turn(...message('a', `to ${textOf(request)}`))
    })
    const response = await api.post({ ...ask, prompt: ['one', 'two'], stream })
    const chunks = stream
      ? eventsOf(await response.text())
          .slice(0, -1)
          .map((event) => textChunk.parse(JSON.parse(event)))
      : [textCompletion.parse(await response.json())]
    const pieces = chunks.flatMap(({ choices }) => choices).filter(({ text }) => text !== '')
    expect(pieces.map(({ index, text }) => [index, text])).toEqual([
      [0, 'to one'],
      [1, 'to two']
    ])
    expect(most).toBe(1)
    if (!stream) expect(chunks[0]?.usage?.total_tokens).toBe(240)
  })

  it.each([false, true])('has n answers to each prompt, in the order of the prompts: streamed %s', async (stream) => {
    let count = 0
    await using api = await startCompletions((request) => turn(...message('a', `${textOf(request)} ${(count += 1)}`)))
    const text = await (await api.post({ prompt: ['one', 'two'], n: 2, stream })).text()
    const chunks = stream
      ? eventsOf(text)
          .slice(0, -1)
          .map((event) => textChunk.parse(JSON.parse(event)))
      : [textCompletion.parse(JSON.parse(text))]
    const pieces = chunks.flatMap(({ choices }) => choices).filter(({ text }) => text !== '')
    expect(pieces.map(({ index, text }) => [index, text])).toEqual([
      [0, 'one 1'],
      [1, 'one 2'],
      [2, 'two 3'],
      [3, 'two 4']
    ])
  })

  it('of several prompts is one line in the access log, with the tokens of all its turns', async () => {
    await using api = await startCompletions(turn(...message('a', 'pong')))
    const response = await api.post({ ...ask, prompt: ['one', 'two'] })
    expect(textCompletion.parse(await response.json()).usage).toMatchObject({
      prompt_tokens: 200,
      completion_tokens: 40
    })
    expect(await api.line(({ route }) => route === '/completions')).toMatchObject({
      turn: 'turn.completed',
      tokens_in: 200,
      tokens_out: 40
    })
  })

  it('ends its turn at a stop sequence', async () => {
    await using api = await startCompletions([...begun, ...message('m', 'one EN', 'D two'), forever])
    expect(textCompletion.parse(await (await api.post({ ...ask, stop: 'END' })).json()).choices[0]?.text).toBe('one ')
  })

  it('is what the official client expects', async () => {
    await using api = await startCompletions(turn(...message('a', 'po', 'ng')))
    const client = new OpenAI({ baseURL: `${api.url}/v1`, apiKey: 'EMPTY' })
    expect((await client.completions.create(ask)).choices[0]?.text).toBe('pong')
    let text = ''
    for await (const part of await client.completions.create({ ...ask, stream: true }))
      text += part.choices[0]?.text ?? ''
    expect(text).toBe('pong')
  })
})

describe('what goes wrong', () => {
  it.each([
    [{}, 'prompt', 'missing_required_parameter'],
    [{ prompt: [] }, 'prompt', 'invalid_value'],
    [{ prompt: [1, 2, 3] }, 'prompt[0]', 'invalid_type'],
    [{ prompt: Array.from({ length: 17 }, () => 'x') }, 'prompt', 'invalid_value'],
    [{ prompt: ['x'.repeat(501), 'x'.repeat(500)] }, 'prompt', 'context_length_exceeded'],
    [{ ...ask, suffix: '}' }, 'suffix', 'unsupported_parameter'],
    [{ ...ask, n: 9 }, 'n', 'invalid_value'],
    [{ prompt: ['a', 'b', 'c'], n: 6 }, 'n', 'invalid_value']
  ])('%#: names the field', async (body, param, code) => {
    await using api = await startCompletions([])
    const response = await api.post(body)
    expect(response.status).toBe(400)
    expect(errorBody.parse(await response.json()).error).toMatchObject({ param, code })
    expect(api.engine.turns).toEqual([])
  })

  it('at once has a status, later is sent in the stream', async () => {
    const failed: Step = { type: 'turn.failed', error: { code: 'upstream_error', message: 'No.' } }
    await using api = await startCompletions((request) =>
      textOf(request) === 'one' ? turn(...message('a', '1')) : [...begun, failed]
    )
    expect((await api.post({ ...ask, stream: true })).status).toBe(502)
    const events = eventsOf(await (await api.post({ ...ask, prompt: ['one', 'two'], stream: true })).text())
    expect(errorBody.parse(JSON.parse(events.at(-1) ?? '')).error.code).toBe('upstream_error')
    expect((await api.post({ ...ask, prompt: ['one', 'two'] })).status).toBe(502)
  })

  it.each([
    ['of two turns, the first of which ran, is not to be tried again', ['one', 'two'], 'false'],
    ['of its only turn, which never ran, may be tried again', ['two'], 'true']
  ])('as a refusal %s', async (_, prompt, retry) => {
    const refused: Step = { type: 'turn.failed', error: { code: 'rate_limited', message: 'Not so fast.' } }
    await using api = await startCompletions((request) =>
      textOf(request) === 'one' ? turn(...message('a', '1')) : [refused]
    )
    const response = await api.post({ ...ask, prompt })
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([429, retry])
    expect(await api.line(({ route }) => route === '/completions')).toMatchObject({ cause: 'rate_limited' })
  })

  it('when the client leaves, ends the turn', async () => {
    const { step, reached } = stuck()
    await using api = await startCompletions([...begun, ...message('a', 'half'), step, completed])
    const leaving = new AbortController()
    const answer = api.post({ ...ask, prompt: ['one', 'two'] }, leaving.signal)
    await reached
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    await api.engine.turns[0]?.ended
    expect(api.engine.turns).toHaveLength(1)
  })
})
