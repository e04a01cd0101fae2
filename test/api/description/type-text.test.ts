import { expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchemaFrom } from '../../../src/api/description/json-schema.ts'
import { typeOf } from '../../../src/api/description/type-text.ts'

it.each<[z.ZodType, string]>([
  [z.string(), 'string'],
  [z.boolean().nullish(), 'boolean'],
  [z.null(), 'null'],
  [z.unknown(), 'any'],
  [z.enum(['a', 'b']).nullable(), '"a" | "b"'],
  [z.array(z.object({})), 'object[]'],
  [z.union([z.string(), z.array(z.union([z.string(), z.int()]))]), 'string | (string | integer)[]'],
  [z.discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })]), 'object']
])('%#: the type of a schema in a few words', (schema, text) => {
  expect(typeOf(jsonSchemaFrom(schema, 'input'))).toBe(text)
})
