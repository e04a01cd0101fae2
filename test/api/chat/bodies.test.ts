import fc from 'fast-check'
import { expect, it } from 'vitest'
import { turnRequestFromChat } from '../../../src/api/chat/request.ts'
import { chatRequestFrom } from '../../../src/api/chat/schema.ts'
import { chatParameters } from '../../../src/api/chat/parameters.ts'
import { ignoredParameters } from '../../../src/http/parameters.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { png, readImage } from '../../support/images.ts'
import { spoiled } from '../../support/spoiled.ts'

const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }
const good = {
  model: 'x',
  messages: [
    { role: 'system', content: 's', name: 'n' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'u' },
        { type: 'image_url', image_url: { url: png } }
      ]
    },
    { role: 'assistant', content: null, tool_calls: [call], function_call: { name: 'f', arguments: '' } },
    { role: 'tool', tool_call_id: 'c1', content: 'r' },
    { role: 'function', name: 'f', content: 'r' }
  ],
  stream: true,
  stream_options: { include_usage: true },
  stop: ['a'],
  reasoning_effort: 'low',
  reasoning: { effort: 'low' },
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
  tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
  tool_choice: { type: 'function', function: { name: 'f' } },
  parallel_tool_calls: true,
  n: 1,
  temperature: 0
}

const ignored = ignoredParameters(chatParameters, [{ name: 'any', can: { tools: true } }], 'ignore')

function accepted(body: unknown): unknown {
  try {
    const request = turnRequestFromChat(chatRequestFrom(body), { name: 'x', stripAnswerTags: false }, readImage)
    ignored(body as Record<string, unknown>)
    return request
  } catch (error) {
    return error
  }
}

it('the good body is good', () => {
  expect(accepted(good)).not.toBeInstanceOf(Error)
})

it('any other body is either accepted or refused with a word about what is wrong', () => {
  const seen = { accepted: 0, refused: 0 }
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: spoiled(good) }, { weight: 1, arbitrary: fc.jsonValue() }), (body) => {
      const result = accepted(body)
      seen[result instanceof Error ? 'refused' : 'accepted'] += 1
      if (!(result instanceof Error)) return
      expect(result).toBeInstanceOf(GatewayError)
      expect(result.message).toMatch(/\.$/)
      if (body !== null && typeof body === 'object' && !Array.isArray(body))
        expect((result as GatewayError).param).toMatch(/^[a-z_]+/)
    }),
    { numRuns: 2_000 }
  )
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(50)
})
