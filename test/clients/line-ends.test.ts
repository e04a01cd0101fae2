import { expect, it } from 'vitest'
import { answer } from '../support/upstream/answer.ts'
import { functionCall, message, reasoning } from '../support/upstream/items.ts'
import { postTo, sharedGateway } from './shared-gateway.ts'

const served = sharedGateway()
const text = 'a\u2028b\u2029c\u0085d'
const parameters = { type: 'object', properties: { a: { type: 'string' } } }
const chatTools = [{ type: 'function', function: { name: 'f', parameters } }]
const responsesTools = [{ type: 'function', name: 'f', parameters }]

const answers = {
  text: answer([reasoning(text), message(text)]),
  call: answer([functionCall('f', { a: text })])
}

it.each(
  ['assistant', 'live'].flatMap((model) => [
    [model, 'text', '/chat/completions', { messages: [{ role: 'user', content: text }] }] as const,
    [
      model,
      'text',
      '/responses',
      { input: text, instructions: text, metadata: { text }, reasoning: { summary: 'auto' } }
    ] as const,
    [model, 'call', '/chat/completions', { messages: [{ role: 'user', content: text }], tools: chatTools }] as const,
    [model, 'call', '/responses', { input: text, tools: responsesTools }] as const
  ])
)('the stream of %s has no line end of Unicode: %s at %s', async (model, kind, path, body) => {
  served().upstream.answerAll(answers[kind])
  const response = await postTo(served(), path, { model, stream: true, store: false, ...body })
  const stream = await response.text()
  expect(stream).toMatch(/a\\u2028b\\u2029c\\u0085d/)
  expect(stream).not.toMatch(/[\u0085\u2028\u2029]/)
})
