import { describe, expect, it } from 'vitest'
import { chatRequestFrom } from '../../src/api/chat/schema.ts'
import { completionRequestFrom } from '../../src/api/completions/schema.ts'
import { responseRequestFrom } from '../../src/api/responses/schema.ts'

const apis = {
  chat: (body: object) => chatRequestFrom({ messages: [{ role: 'user', content: 'hi' }], ...body }),
  completions: (body: object) => completionRequestFrom({ prompt: 'hi', ...body }),
  responses: (body: object) => responseRequestFrom({ input: 'hi', ...body })
}
type ApiName = keyof typeof apis
const all: ApiName[] = ['chat', 'completions', 'responses']
const strict = { type: 'object', properties: {}, required: [], additionalProperties: false }

describe('a value that OpenAI refuses is refused by its place', () => {
  it.each<[ApiName[], object, string, string]>([
    [all, { temperature: 3 }, 'temperature', 'expected a value <= 2, but got 3 instead.'],
    [all, { temperature: -0.1 }, 'temperature', 'expected a value >= 0, but got -0.1 instead.'],
    [all, { temperature: 'hot' }, 'temperature', 'expected number, but got string instead.'],
    [all, { top_p: 7 }, 'top_p', 'expected a value <= 1, but got 7 instead.'],
    [all, { presence_penalty: 2.5 }, 'presence_penalty', 'expected a value <= 2'],
    [all, { frequency_penalty: -3 }, 'frequency_penalty', 'expected a value >= -2'],
    [['chat', 'completions'], { max_tokens: -1 }, 'max_tokens', 'expected a value >= 0, but got -1'],
    [['chat'], { max_completion_tokens: 1.5 }, 'max_completion_tokens', 'expected int'],
    [['responses'], { max_output_tokens: -5 }, 'max_output_tokens', 'expected a value >= 0, but got -5 instead.'],
    [['chat', 'completions'], { seed: 'x' }, 'seed', 'expected number'],
    [['chat', 'completions'], { logit_bias: { 1: 101 } }, 'logit_bias.1', 'expected a value <= 100'],
    [['chat'], { verbosity: 'bogus' }, 'verbosity', "supported values are 'low', 'medium', 'high'"],
    [['responses'], { text: { verbosity: 'bogus' } }, 'text.verbosity', "supported values are 'low', 'medium', 'high'"],
    [['chat', 'responses'], { service_tier: 'bogus' }, 'service_tier', 'supported values are'],
    [
      ['chat'],
      { response_format: { type: 'json_schema', json_schema: { name: 'a b', schema: strict } } },
      'response_format.json_schema.name',
      'a name has 1 to 64 letters'
    ],
    [
      ['responses'],
      { text: { format: { type: 'json_schema', name: 'a b', schema: strict } } },
      'text.format.name',
      'a name has 1 to 64 letters'
    ],
    [
      ['chat'],
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: [] } } },
      'response_format.json_schema.schema',
      'expected record, but got array'
    ]
  ])('%j: %j', (names, body, param, message) => {
    for (const name of names)
      expect(() => apis[name](body)).toThrow(
        expect.objectContaining({ code: 'invalid_request', param, message: expect.stringContaining(message) as string })
      )
  })

  it.each<object>([
    { temperature: 0 },
    { temperature: 2, top_p: 0 },
    { top_p: 1, presence_penalty: -2, frequency_penalty: 2 },
    { temperature: null, top_p: null, max_tokens: null, seed: null }
  ])('and what OpenAI takes is taken: %j', (body) => {
    for (const name of all) expect(() => apis[name](body)).not.toThrow()
  })
})
