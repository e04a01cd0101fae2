import { describe, expect, it } from 'vitest'
import { turnRequestFromResponse } from '../../../src/api/responses/request.ts'
import { responseRequestFrom } from '../../../src/api/responses/schema.ts'
import { anyObjectSchema } from '../../../src/text/any-object.ts'
import { readImage } from '../../support/images.ts'

const model = { name: 'x', stripAnswerTags: false }
const turnFrom = (body: Record<string, unknown>) =>
  turnRequestFromResponse(responseRequestFrom({ input: 'hi', ...body }), model, [], readImage)
const text = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }))
const tool = { type: 'function', name: 'f', parameters: { type: 'object', properties: {}, $schema: 'x' }, strict: null }

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

  it('instructions and the settings of the model reach the turn', () => {
    const request = responseRequestFrom({ input: 'hi', instructions: 'Be brief.' })
    expect(
      turnRequestFromResponse(request, { ...model, model: 'm', effort: 'high', sandbox: 'read-only' }, [], readImage)
    ).toEqual({
      input: text('hi'),
      instructions: 'Be brief.',
      effort: 'high',
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
    expect(turnFrom({ tools: [tool], tool_choice: 'none' })).toEqual({ input: text('hi'), profile: 'bare' })
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
