import { describe, expect, it } from 'vitest'
import { turnRequestFromResponse } from '../../../src/api/responses/request.ts'
import { responseRequestFrom } from '../../../src/api/responses/schema.ts'
import { anyObjectSchema } from '../../../src/openai/structured.ts'
import { png } from '../../support/images.ts'

const model = { name: 'x', stripAnswerTags: false }
const turnFrom = (body: Record<string, unknown>) =>
  turnRequestFromResponse(responseRequestFrom({ input: 'hi', ...body }), model)
const turnOf = (...input: unknown[]) => turnFrom({ input })
const text = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }))
const said = (role: string, ...texts: string[]) => ({ type: 'message', role, content: text(...texts) })
const call = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' }
const called = { type: 'tool_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' }
const tool = { type: 'function', name: 'f', parameters: { type: 'object', properties: {}, $schema: 'x' }, strict: null }

describe('input becomes a turn', () => {
  it('from a text', () => {
    expect(turnFrom({ input: 'now' })).toEqual({ input: text('now') })
  })

  it('whose input is what the user says last and whose history is all before', () => {
    expect(
      turnOf(
        { role: 'system', content: 's' },
        { type: 'message', role: 'developer', content: 'd' },
        { role: 'user', content: [{ type: 'input_text', text: 'u' }] },
        {
          role: 'assistant',
          content: [{ type: 'output_text', text: 'a', annotations: [] }],
          id: 'msg_1',
          status: 'completed'
        },
        { role: 'user', content: 'now' }
      )
    ).toEqual({
      input: text('now'),
      history: [said('system', 's'), said('developer', 'd'), said('user', 'u'), said('assistant', 'a')]
    })
  })

  it.each([
    [
      'an image before its text',
      [
        { type: 'input_image', image_url: png, detail: 'auto' },
        { type: 'input_text', text: 'a' }
      ],
      [{ type: 'image', url: png }, ...text('a')]
    ],
    [
      'an image as chat clients send it',
      [{ type: 'image_url', image_url: { url: png } }],
      [{ type: 'image', url: png }]
    ],
    ['nothing', '', text('')],
    ['null', null, text('')],
    ['no parts', [], text('')]
  ])('of a user who says %s', (_title, content, input) => {
    expect(turnOf({ role: 'user', content })).toEqual({ input })
  })

  it.each([
    [
      'a call and its output',
      [
        { ...call, id: 'fc_1', status: 'completed' },
        { type: 'function_call_output', call_id: 'c1', output: '5' }
      ],
      [called, { type: 'tool_result', call_id: 'c1', output: text('5') }]
    ],
    [
      'an output in parts',
      [
        call,
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: '5' },
            { type: 'input_image', image_url: png }
          ]
        }
      ],
      [called, { type: 'tool_result', call_id: 'c1', output: [...text('5'), { type: 'image', url: png }] }]
    ],
    [
      'a refusal',
      [{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }],
      [said('assistant', 'no')]
    ],
    [
      'reasoning, which Codex does anew',
      [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: null },
        { role: 'assistant', content: '' }
      ],
      [said('assistant', '')]
    ]
  ])('without input after %s', (_title, input, history) => {
    expect(turnOf(...input)).toEqual({ input: [], history })
  })

  it.each([
    [[], 'input'],
    [7, 'input'],
    [[7], 'input[0]'],
    [[{ role: 'robot', content: 'x' }], 'input[0].role'],
    [[{ content: 'x' }], 'input[0].role'],
    [[{ type: 'computer_call', id: 'x' }], 'input[0].type'],
    [[{ role: 'user', content: [{ type: 'input_audio' }] }], 'input[0].content[0].type'],
    [[{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }], 'input[0].content[0].image_url'],
    [
      [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example/a.png' }] }],
      'input[0].content[0].image_url'
    ],
    [[{ role: 'system', content: [{ type: 'input_image', image_url: png }] }], 'input[0].content[0].type'],
    [[{ type: 'function_call', name: 'f', arguments: '{}' }], 'input[0].call_id'],
    [[{ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }], 'input[0].arguments'],
    [[{ type: 'function_call_output', call_id: 'c1', output: 'x' }, call], 'input[0].call_id'],
    [[{ type: 'item_reference', id: 'msg_1' }], 'input[0].id'],
    [[{ id: 'msg_1' }], 'input[0].id']
  ])('or is refused by the name of its field: %j', (input, param) => {
    expect(() => turnFrom({ input })).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})

describe('the other parameters', () => {
  it('that are null ask for nothing', () => {
    const names = [
      'model',
      'instructions',
      'stream',
      'store',
      'background',
      'previous_response_id',
      'text',
      'reasoning',
      'tools',
      'tool_choice',
      'parallel_tool_calls',
      'metadata',
      'temperature',
      'max_output_tokens',
      'truncation'
    ]
    expect(turnFrom(Object.fromEntries(names.map((name) => [name, null])))).toEqual({ input: text('hi') })
  })

  it('instructions and effort reach the turn, the request’s before the alias’s', () => {
    const request = responseRequestFrom({ input: 'hi', instructions: 'Be brief.', reasoning: { effort: 'low' } })
    expect(turnRequestFromResponse(request, { ...model, model: 'm', effort: 'high', sandbox: 'read-only' })).toEqual({
      input: text('hi'),
      instructions: 'Be brief.',
      effort: 'low',
      model: 'm',
      sandbox: 'read-only'
    })
  })

  it('functions are the model’s, and OpenAI’s own tools are not', () => {
    const f = { name: 'f', parameters: tool.parameters }
    expect(
      turnFrom({
        tools: [{ type: 'web_search' }, tool],
        tool_choice: { type: 'function', name: 'f' },
        parallel_tool_calls: false
      })
    ).toEqual({ input: text('hi'), tools: [f], toolChoice: { name: 'f' }, parallelToolCalls: false })
    expect(turnFrom({ tools: [tool], tool_choice: 'none' })).toEqual({ input: text('hi') })
    expect(turnFrom({ tools: [], tool_choice: 'auto' })).toEqual({ input: text('hi') })
  })

  it('a format is the turn’s output schema', () => {
    const schema = { type: 'object', properties: {} }
    expect(
      turnFrom({ text: { format: { type: 'json_schema', name: 'n', schema, strict: true }, verbosity: 'low' } })
        .outputSchema
    ).toEqual(schema)
    expect(turnFrom({ text: { format: { type: 'json_object' } } }).outputSchema).toBe(anyObjectSchema)
    expect(turnFrom({ text: { format: { type: 'text' } } })).toEqual({ input: text('hi') })
  })

  it.each([
    [{ tools: [{ type: 'function', name: 'a b' }] }, 'tools[0].name'],
    [{ tools: [{ type: 'web_search' }, tool, tool] }, 'tools[2].name'],
    [{ tools: [{ type: 'web_search' }, { ...tool, parameters: deep(40) }] }, 'tools[1].parameters'],
    [{ tools: [{ name: 'f' }] }, 'tools[0].type'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [tool], tool_choice: { type: 'function', name: 'g' } }, 'tool_choice.name'],
    [{ text: { format: { type: 'json_schema', name: 'n' } } }, 'text.format.schema'],
    [{ text: { format: { type: 'json_schema', name: 'n', schema: deep(40) } } }, 'text.format.schema'],
    [{ text: { format: { type: 'xml' } } }, 'text.format.type'],
    [{ reasoning: { effort: 'huge' } }, 'reasoning.effort'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [index, 'x'])) }, 'metadata'],
    [{ temperature: 'hot' }, 'temperature']
  ])('are refused by the name of the field: %j', (body, param) => {
    expect(() => turnFrom(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})

function deep(levels: number): Record<string, unknown> {
  return levels === 0 ? {} : { a: deep(levels - 1) }
}
