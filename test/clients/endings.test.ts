import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { refusal } from '../../src/openai/refusal.ts'
import { chatStreamFrom } from '../support/chat-stream.ts'
import { chatCompletion } from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseStreamFrom } from '../support/response-stream.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { incomplete } from '../support/upstream/failure.ts'
import { cites, message, refuses } from '../support/upstream/items.ts'
import type { Script } from '../support/upstream/script.ts'
import { postTo, sharedGateway } from './shared-gateway.ts'

const gateway = sharedGateway()

const post = (path: string, body: object) => postTo(gateway(), path, body)

const messages = [{ role: 'user', content: 'Say it.' }]

/** How a chat completion ends, complete and streamed, which must be the same. */
async function chatEnd(model: string) {
  const { choices } = chatCompletion.parse(await (await post('/chat/completions', { model, messages })).json())
  const { content, reasoning_content, refusal } = choices[0].message
  const streamed = await (await post('/chat/completions', { model, messages, stream: true })).text()
  const stream = chatStreamFrom(streamed)
  expect(stream).toMatchObject({ content: content ?? '', refusal, finishReason: choices[0].finish_reason })
  expect(stream.reasoning).toBe(reasoning_content ?? '')
  return [choices[0].finish_reason, content, ...(reasoning_content ? [reasoning_content] : [])]
}

/** How a response ends, complete and streamed, which must be the same. */
async function responseEnd(model: string) {
  const complete = responseResource.parse(await (await post('/responses', { model, input: 'Say it.' })).json())
  const streamed = responseStreamFrom(
    await (await post('/responses', { model, input: 'Say it.', stream: true })).text()
  )
  const brief = ({ status, incomplete_details, output }: typeof complete) => [
    status,
    incomplete_details?.reason ?? null,
    output.flatMap((item) => (item.type === 'message' ? item.content : []))
  ]
  expect(brief(streamed.response)).toEqual(brief(complete))
  return brief(complete)
}

const text = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] })

describe.each(['assistant', 'live'])('an answer on %s', (model) => {
  const answers = (script: Script) => gateway().upstream.answerAll(script)

  it('that is cut off at the limit of tokens has the text so far', async () => {
    answers(incomplete('max_output_tokens', 'Half an ans'))
    expect(await chatEnd(model)).toEqual(['length', 'Half an ans'])
    expect(await responseEnd(model)).toEqual(['incomplete', 'max_output_tokens', [text('Half an ans')]])
    const legacy = await post('/completions', { model, prompt: 'Say it.' })
    expect(await legacy.json()).toMatchObject({ choices: [{ text: 'Half an ans', finish_reason: 'length' }] })
  })

  it('that a filter ends is not followed by another', async () => {
    answers(incomplete('content_filter', 'cut sh'))
    const before = gateway().upstream.count
    expect(await chatEnd(model)).toEqual(['content_filter', 'cut sh'])
    expect(await responseEnd(model)).toEqual(['incomplete', 'content_filter', [text('cut sh')]])
    expect(gateway().upstream.count).toBe(before + 4)
  })

  it('that is empty is empty', async () => {
    for (const script of [says(''), answer([])]) {
      answers(script)
      expect(await chatEnd(model)).toEqual(['stop', ''])
      expect(await responseEnd(model)).toEqual(['completed', null, [text('')]])
    }
  })

  it('that the model refuses is a refusal, where codex lets it be known', async () => {
    answers(answer([refuses('I cannot.')]))
    const known = model === 'live'
    expect(await chatEnd(model)).toEqual(['stop', known ? null : ''])
    expect(await responseEnd(model)).toEqual(['completed', null, known ? [{ type: 'refusal', refusal }] : [text('')]])
  })

  it('does not contain the commentary', async () => {
    answers(answer([message('First I look.', 'commentary'), message('The answer.', 'final_answer')]))
    expect(await chatEnd(model)).toEqual(['stop', 'The answer.', 'First I look.'])
    expect(await responseEnd(model)).toEqual(['completed', null, [text('The answer.')]])
  })

  it('can be continued where it was cut off', async () => {
    const { upstream } = gateway()
    answers(incomplete('max_output_tokens', 'Half an ans'))
    const { id } = z
      .looseObject({ id: z.string() })
      .parse(await (await post('/responses', { model, input: 'Go.' })).json())
    answers(says('wer.'))
    const next = await post('/responses', { model, input: 'Go on.', previous_response_id: id })
    expect(await next.json()).toMatchObject({ status: 'completed' })
    expect(JSON.stringify(upstream.requests.at(-1)?.body.input)).toContain('Half an ans')
  })

  it('that is the final one says so', async () => {
    answers(answer([message('First I look.', 'commentary'), message('The answer.', 'final_answer')]))
    const phases = (items: { type: string; phase?: unknown }[]) => items.map(({ type, phase }) => [type, phase])
    const complete = responseResource.parse(await (await post('/responses', { model, input: 'Say it.' })).json())
    expect(phases(complete.output)).toEqual([['message', 'final_answer']])
    const { events } = responseStreamFrom(
      await (await post('/responses', { model, input: 'Say it.', stream: true })).text()
    )
    const items = events.flatMap((event) => ('item' in event ? event.item : []))
    expect(phases(items)).toEqual([
      ['message', 'final_answer'],
      ['message', 'final_answer']
    ])
  })
})

describe('the sources of an answer, on app-server', () => {
  const source = { url: 'https://example.com/a', title: 'A', start_index: 0, end_index: 4 }

  it('are its annotations', async () => {
    const other = { type: 'file_path', file_id: 'f', index: 0 }
    gateway().upstream.answerAll(
      answer([message('Hm.'), cites('Rain.', { type: 'url_citation', ...source }, other, { type: 'url_citation' })])
    )
    const expected = { type: 'url_citation', url_citation: { ...source, start_index: 5, end_index: 9 } }
    const { choices } = chatCompletion.parse(
      await (await post('/chat/completions', { model: 'live', messages })).json()
    )
    expect(choices[0].message).toMatchObject({ content: 'Hm.\n\nRain.', annotations: [expected] })
    const stream = chatStreamFrom(
      await (await post('/chat/completions', { model: 'live', messages, stream: true })).text()
    )
    expect(
      stream.chunks.flatMap(({ choices: [{ delta }] }) => ('annotations' in delta ? delta.annotations : []))
    ).toEqual([expected])
    const { output } = responseStreamFrom(
      await (await post('/responses', { model: 'live', input: 'Rain?', stream: true })).text()
    ).response
    expect(output.at(-1)).toMatchObject({
      content: [{ text: 'Rain.', annotations: [{ type: 'url_citation', ...source }] }]
    })
  })
})
