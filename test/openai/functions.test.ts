import { expect, it } from 'vitest'
import { checkFunctionSchema } from '../../src/openai/function-schema.ts'
import { functionsFrom, legacyCallId, offeredTools } from '../../src/openai/functions.ts'

const at = (index: number) => `tools[${index}]`
const f = { name: 'f', parameters: { type: 'object' } }

it('functions have of what a client describes what says something', () => {
  expect(
    functionsFrom(
      [
        { ...f, description: 'Does.', strict: false },
        { name: 'g', description: '', parameters: null }
      ],
      at
    )
  ).toEqual([{ ...f, description: 'Does.', strict: false }, { name: 'g' }])
})

it('a function’s name must be its own', () => {
  expect(() => functionsFrom([f, f], at)).toThrow("Invalid value for 'tools[1].name'")
})

it('a function’s parameters are checked at their place', () => {
  const deep = Array.from({ length: 40 }).reduce<Record<string, unknown>>((items) => ({ items }), {})
  for (const parameters of [{ type: 'string' }, { type: 'object', ...deep }])
    expect(() => functionsFrom([f, { name: 'g', parameters }], at)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'tools[1].parameters' })
    )
})

it.each([
  [{ type: 'string' }, 'schema must be a JSON Schema of \'type: "object"\', got \'type: "string"\''],
  [{ type: ['string', 3] }, 'schema must be a JSON Schema of \'type: "object"\', got \'type: ["string",3]\''],
  [{ properties: [] }, "'properties' must be an object, but it is a list"],
  [{ properties: { a: { items: 'x' } } }, "'properties.a.items' must be a schema, but it is a string"],
  [{ properties: { a: null } }, "'properties.a' must be a schema, but it is null"],
  [{ $defs: { a: true, b: 1 } }, "'$defs.b' must be a schema, but it is a number"],
  [{ items: [{}, 1] }, "'items[1]' must be a schema, but it is a number"],
  [{ anyOf: {} }, "'anyOf' must be a list, but it is an object"],
  [{ allOf: [{ not: [] }] }, "'allOf[0].not' must be a schema, but it is a list"]
])('the parameters %j of a function are refused with the reason', (schema, problem) => {
  expect(() => checkFunctionSchema('f', schema, 'tools[0].parameters')).toThrow(
    expect.objectContaining({
      message: `Invalid schema for function 'f': ${problem}.`,
      param: 'tools[0].parameters',
      reason: 'invalid_function_parameters'
    })
  )
})

it.each([
  {},
  { type: null },
  { type: 'Object', properties: { items: { type: 'string' } }, additionalProperties: false },
  { type: ['null', 'object'], items: [{}], prefixItems: [true], enum: { any: 'thing' } }
])('the parameters %j of a function are taken', (schema) => {
  expect(() => checkFunctionSchema('f', schema, 'p')).not.toThrow()
})

it('functions are offered with what was said of calls, but not where none may be called', () => {
  expect(offeredTools([], 'required', true)).toEqual({})
  expect(offeredTools([f], 'none', true)).toEqual({ profile: 'bare' })
  expect(offeredTools([f], undefined, null)).toEqual({ tools: [f] })
  expect(offeredTools([f], 'required', false)).toEqual({ tools: [f], toolChoice: 'required', parallelToolCalls: false })
})

it('a call of the time before tools has an id of its function’s name', () => {
  expect(legacyCallId('f')).toBe('function_f')
})
