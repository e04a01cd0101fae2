import { describe, expect, it } from 'vitest'
import { checkSchema, schemaLimits } from '../../src/openai/structured.ts'
import { anyObjectSchema } from '../../src/text/any-object.ts'

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
    ['with properties that are no object', { properties: null, items: { properties: 'none', default: ['a'] } }],
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
