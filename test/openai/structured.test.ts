import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyObjectSchema, checkSchema, jsonUnwrapper, schemaLimits } from '../../src/openai/structured.ts'
import { inPieces } from '../text/pieces.ts'

describe('an answer that is any JSON object', () => {
  it.each([
    ['{"json":"{\\"a\\":1}"}', '{"a":1}'],
    ['{ "json": "{}" }\n', '{}'],
    ['{"json":"[1]"}', '{"json":"[1]"}'],
    ['{"json":"not json"}', '{"json":"not json"}'],
    ['{"json":{"a":1}}', '{"json":{"a":1}}'],
    ['{"json":"{}","more":1}', '{"json":"{}","more":1}'],
    ['{"a":1}', '{"a":1}'],
    ['I cannot.', 'I cannot.'],
    ['', '']
  ])('comes as %j and goes as %j', (answer, content) => {
    expect(inPieces(jsonUnwrapper(), [...answer])).toBe(content)
  })

  it('goes exactly as the model wrote it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const inner = JSON.stringify(object, null, indent)
        expect(inPieces(jsonUnwrapper(), [JSON.stringify({ json: inner })])).toBe(inner)
      })
    )
  })

  it('says nothing before it is whole', () => {
    expect(jsonUnwrapper().push('{"json":"{}"}')).toBe('')
  })
})

describe('a schema from a request', () => {
  const nested = (levels: number): Record<string, unknown> => (levels === 1 ? {} : { items: nested(levels - 1) })
  const wide = (properties: number) => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: properties }, (_, index) => [`p${index}`, {}]))
  })

  it.each([
    ['anyObjectSchema', anyObjectSchema],
    ['as deep as may be', nested(schemaLimits.depth)],
    ['as wide as may be', wide(schemaLimits.properties)],
    ['as large as may be', { description: 'x'.repeat(schemaLimits.bytes - '{"description":""}'.length) }]
  ])('passes: %s', (_title, schema) => {
    expect(() => checkSchema(schema, 'response_format')).not.toThrow()
  })

  it.each([
    ['deeper than 32 levels', nested(schemaLimits.depth + 1)],
    ['more than 1000 properties', wide(schemaLimits.properties + 1)],
    ['larger than 65536 bytes', { description: 'é'.repeat(schemaLimits.bytes / 2) }]
  ])('is refused when %s', (words, schema) => {
    expect(() => checkSchema(schema, 'response_format')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'response_format',
        message: expect.stringContaining(words) as string
      })
    )
  })
})
