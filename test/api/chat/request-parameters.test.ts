import { describe, expect, it } from 'vitest'
import { turnRequestFromChat } from '../../../src/api/chat/request.ts'
import { chatRequestFrom } from '../../../src/api/chat/schema.ts'
import { anyObjectSchema } from '../../../src/text/any-object.ts'
import { readImage } from '../../support/images.ts'

const model = { name: 'x', stripAnswerTags: false }
const turnFrom = (body: Record<string, unknown>) =>
  turnRequestFromChat(chatRequestFrom({ messages: [{ role: 'user', content: 'hi' }], ...body }), model, readImage)
const text = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }))

describe('the other parameters', () => {
  const tool = {
    type: 'function',
    function: { name: 'f', description: 'd', parameters: { $schema: 'x', type: 'object' }, strict: null }
  }
  const f = { name: 'f', description: 'd', parameters: { $schema: 'x', type: 'object' } }
  const schema = { type: 'object', properties: {}, required: [], additionalProperties: false }
  it.each([
    [{ response_format: { type: 'text' } }, {}],
    [{ response_format: { type: 'json_object' } }, { outputSchema: anyObjectSchema }],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } } },
      { outputSchema: schema, strictOutput: true }
    ],
    [{ tools: null, tool_choice: null, parallel_tool_calls: true }, {}],
    [{ tools: [], tool_choice: 'auto' }, {}],
    [{ tools: [tool] }, { tools: [f] }],
    [{ tools: [tool], tool_choice: 'none', parallel_tool_calls: false }, { profile: 'bare' }],
    [
      {
        tools: [{ ...tool, function: { name: 'f', strict: true } }],
        tool_choice: 'required',
        parallel_tool_calls: false
      },
      { tools: [{ name: 'f', strict: true }], toolChoice: 'required', parallelToolCalls: false }
    ],
    [
      { tools: [tool], tool_choice: { type: 'function', function: { name: 'f' } } },
      { tools: [f], toolChoice: { name: 'f' } }
    ],
    [
      { unheard_of: { a: 1 }, temperature: 0, top_p: 1, presence_penalty: -2, max_tokens: 0, seed: -1, logit_bias: {} },
      {}
    ],
    [
      { verbosity: 'high', service_tier: 'flex' },
      { verbosity: 'high', serviceTier: 'flex' }
    ],
    [{ service_tier: 'fast' }, { serviceTier: 'priority' }],
    [{ verbosity: null, service_tier: 'default' }, {}]
  ])('%j', (body, request) => {
    expect(turnFrom(body)).toEqual({ input: text('hi'), ...request })
  })

  it.each([
    [{ tools: [tool, tool] }, 'tools[1].function.name'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ tools: [{ type: 'function', function: { name: 'a b' } }] }, 'tools[0].function.name'],
    [
      { tools: [{ type: 'function', function: { name: 'f', parameters: { description: 'x'.repeat(70_000) } } }] },
      'tools[0].function.parameters'
    ],
    [{ tools: Array.from({ length: 129 }, () => tool) }, 'tools'],
    [{ tool_choice: 'none' }, 'tool_choice'],
    [{ tools: [], tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [tool], tool_choice: 'sometimes' }, 'tool_choice'],
    [{ tools: [tool], tool_choice: { type: 'function', function: { name: 'g' } } }, 'tool_choice.function.name'],
    [
      {
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'n',
            schema: { a: { b: JSON.parse('{"x":'.repeat(40) + '1' + '}'.repeat(40)) as unknown } }
          }
        }
      },
      'response_format.json_schema.schema'
    ]
  ])('are refused by their place: %#', (body, param) => {
    expect(() => turnFrom(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })

  it('join the settings of the model', () => {
    const request = chatRequestFrom({ messages: [{ role: 'user', content: 'hi' }] })
    expect(
      turnRequestFromChat(request, { ...model, model: 'm', effort: 'high', sandbox: 'read-only' }, readImage)
    ).toEqual({
      model: 'm',
      effort: 'high',
      sandbox: 'read-only',
      input: text('hi')
    })
  })
})
