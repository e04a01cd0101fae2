import { expect, it } from 'vitest'
import { checkFunctionSchema } from '../../src/openai/function-schema.ts'

const check = (schema: Record<string, unknown>) => checkFunctionSchema('f', schema, 'tools[0].parameters')
const text = { type: 'string' }

it.each([
  {},
  { type: null },
  { type: 'Object' },
  { type: ['null', 'object'] },
  { type: 'object', properties: { a: true, b: text, c: { items: text }, d: { items: [text, false] } } },
  { anyOf: [text, { not: text }], additionalProperties: false, $defs: { a: text }, title: 5, enum: 'x' }
])('%j describes the arguments of a function', (schema) => {
  expect(() => check(schema)).not.toThrow()
})

it.each([
  [{ type: 'string' }, `got 'type: "string"'`],
  [{ type: ['string', 5] }, `got 'type: ["string",5]'`],
  [{ type: 5 }, `got 'type: 5'`],
  [{ properties: 5 }, "'properties' must be an object, but it is a number"],
  [{ properties: { a: text, b: null } }, "'properties.b' must be a schema, but it is null"],
  [{ properties: { a: { items: 5 } } }, "'properties.a.items' must be a schema, but it is a number"],
  [{ properties: { a: { items: [text, 'x'] } } }, "'properties.a.items[1]' must be a schema, but it is a string"],
  [{ anyOf: {} }, "'anyOf' must be a list, but it is an object"],
  [{ not: [] }, "'not' must be a schema, but it is a list"],
  [{ patternProperties: [] }, "'patternProperties' must be an object, but it is a list"]
])('%j does not', (schema, problem) => {
  expect(() => check(schema)).toThrow(problem)
})
