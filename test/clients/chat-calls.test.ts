import { describe, expect, it } from 'vitest'
import { chatStreamFrom } from '../support/chat-stream.ts'
import { chatCompletion } from '../support/openai-schemas.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import { bodyOf, callerToolsGateway, lookUp } from './caller-tools.ts'

describe('a stream of chat completions', () => {
  const served = callerToolsGateway()
  it.each([
    ['a call', answer([functionCall('look_up', {})]), null],
    ['a text', says('Hello.'), '']
  ])('the first chunk before %s has the content %j', async (_what, script, content) => {
    served().upstream.answerNext(script)
    const response = await served().post('/chat/completions', bodyOf('chat', { tools: [lookUp], stream: true }))
    const { chunks } = chatStreamFrom(await response.text())
    expect(chunks[0]?.choices[0].delta).toEqual({ role: 'assistant', content, refusal: null })
  })
})

describe('a chat of the time before tools', () => {
  const served = callerToolsGateway()
  const body = (more: object) => bodyOf('chat', { functions: [lookUp], ...more })

  it('is answered with one function_call, streamed or not', async () => {
    const called = { name: 'look_up', arguments: '{"word":"a"}' }
    served().upstream.answerAll(
      answer([functionCall('look_up', { word: 'a' }), functionCall('look_up', { word: 'b' })])
    )
    const whole = await served().post('/chat/completions', body({ function_call: { name: 'look_up' } }))
    expect(whole.headers.get('x-ignored-parameters')).toBeNull()
    expect(chatCompletion.parse(await whole.json()).choices[0]).toMatchObject({
      message: { content: null, function_call: called },
      finish_reason: 'function_call'
    })
    const { chunks, finishReason } = chatStreamFrom(
      await (await served().post('/chat/completions', body({ stream: true }))).text()
    )
    const deltas = chunks.map(({ choices: [{ delta }] }) => delta)
    expect(deltas).toMatchObject([
      { content: null },
      { function_call: { name: 'look_up', arguments: '' } },
      { function_call: { arguments: '{"word":"a"}' } },
      {}
    ])
    expect(finishReason).toBe('function_call')
  })

  it('goes on with the result, any number of times', async () => {
    served().upstream.answerAll(says('Both.'))
    const step = (word: string) => [
      { role: 'assistant', content: null, function_call: { name: 'look_up', arguments: JSON.stringify({ word }) } },
      { role: 'function', name: 'look_up', content: `meaning of ${word}` }
    ]
    await served().ask('chat', {
      functions: [lookUp],
      messages: [{ role: 'user', content: 'a and b?' }, ...step('a'), ...step('b')]
    })
    const items = served()
      .upstream.requests.at(-1)!
      .body.input.filter(({ type }) => type.startsWith('function'))
    expect(items.map((item) => item['arguments'] ?? item.output)).toEqual([
      '{"word":"a"}',
      'meaning of a',
      '{"word":"b"}',
      'meaning of b'
    ])
    expect(new Set(items.map(({ call_id }) => call_id)).size).toBe(2)
  })

  it('that may not call functions, or names one that is not there', async () => {
    served().upstream.answerAll(says('No.'))
    expect((await served().ask('chat', { functions: [lookUp], function_call: 'none' })).text).toBe('No.')
    expect(served().upstream.requests.at(-1)!.tools).toEqual([])
    expect(await served().refusal('chat', { functions: [lookUp], function_call: { name: 'x' } })).toMatchObject({
      param: 'function_call.name'
    })
  })
})
