import { expect, it } from 'vitest'
import { answer } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { bodyOf, callerToolsGateway } from './caller-tools.ts'

const aliases = { bare: { model: 'gpt-5.5', profile: 'bare', engine: 'app-server' } }
const served = callerToolsGateway({ CODEX_MODEL_ALIASES: JSON.stringify(aliases) })
const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'], additionalProperties: false }
const format = { name: 'answer', strict: true, schema }

it.each([
  ['chat', '/chat/completions', { response_format: { type: 'json_schema', json_schema: format } }],
  ['responses', '/responses', { text: { format: { type: 'json_schema', ...format } } }]
] as const)('a structured answer of a bare turn streams as it comes: %s', async (api, path, more) => {
  const held = gate()
  served().upstream.answerNext(heldAfter('response.output_text.delta', answer([message(['{"a":', '1}'])]), held.opened))
  const response = await served().post(path, bodyOf(api, { model: 'bare', stream: true, ...more }))
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('{\\"a\\":')) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The answer ended: ${text}`)
    text += value
  }
  expect(text).not.toContain('1}')
  held.open()
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
  expect(text).toContain('"1}"')
})
