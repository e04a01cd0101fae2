import { describe, expect, it } from 'vitest'
import { closedSchema } from '../../src/json-schema/closed.ts'
import type { Schema } from '../../src/json-schema/check.ts'

const text = { type: 'string' }
const object = (properties: Schema, more: Schema = {}): Schema => ({ type: 'object', properties, ...more })
const strict = (properties: Schema): Schema =>
  object(properties, { required: Object.keys(properties), additionalProperties: false })

describe('a schema that is not strict', () => {
  it.each<[string, Schema, Schema]>([
    ['nothing, where it is strict', strict({ a: text }), strict({ a: text })],
    [
      'optional properties',
      object({ a: text, b: text }, { required: ['a'] }),
      strict({ a: text, b: { type: ['string', 'null'] } })
    ],
    [
      'an optional object',
      object({ a: object({ b: text }, { required: ['b'] }) }),
      strict({ a: { anyOf: [strict({ b: text }), { type: 'null' }] } })
    ],
    [
      'an optional enum, with its description',
      object({ a: { enum: ['x'], description: 'd' } }),
      strict({ a: { anyOf: [{ enum: ['x'] }, { type: 'null' }], description: 'd' } })
    ],
    [
      'an optional value that may be null',
      object({ a: { type: ['string', 'null'] } }),
      strict({ a: { type: ['string', 'null'] } })
    ],
    ['an optional choice', object({ a: { anyOf: [text] } }), strict({ a: { anyOf: [text, { type: 'null' }] } })],
    ['oneOf', object({ a: { oneOf: [text] } }, { required: ['a'] }), strict({ a: { anyOf: [text] } })],
    [
      'OpenAPI’s nullable',
      object({ a: { ...text, nullable: true } }, { required: ['a'] }),
      strict({ a: { type: ['string', 'null'] } })
    ],
    [
      'what strict mode does not know',
      object({ a: { ...text, minLength: 2, format: 'uri', default: 'x', description: 'd' } }, { required: ['a'] }),
      strict({ a: { ...text, description: 'd (minLength: 2, format: "uri", default: "x")' } })
    ],
    [
      'definitions, and references with neighbours',
      object({ a: { $ref: '#/$defs/p', description: 'd' } }, { required: ['a'], $defs: { p: object({ b: text }) } }),
      { ...strict({ a: { $ref: '#/$defs/p' } }), $defs: { p: strict({ b: { type: ['string', 'null'] } }) } }
    ],
    [
      'a root that is a reference',
      { $ref: '#/$defs/p', $defs: { p: object({ b: text }, { required: ['b'] }) } },
      { ...strict({ b: text }), $defs: { p: strict({ b: text }) } }
    ],
    [
      'one schema in allOf',
      object({ a: { allOf: [text], title: 't' } }, { required: ['a'] }),
      strict({ a: { ...text, title: 't' } })
    ],
    [
      'a list',
      object({ a: { type: 'array', items: object({ b: text }) } }, { required: ['a'] }),
      strict({ a: { type: 'array', items: strict({ b: { type: ['string', 'null'] } }) } })
    ]
  ])('is closed: %s', (_title, schema, expected) => {
    expect(closedSchema(schema)).toEqual(expected)
  })

  it.each<[string, Schema]>([
    ['an object of any names', object({ a: { type: 'object', additionalProperties: text } })],
    ['an open object', object({ a: text }, { additionalProperties: true })],
    ['an object of which nothing is said', { type: 'object' }],
    ['a root that is a list', { type: 'array', items: text }],
    ['a root that is a choice', { anyOf: [strict({ a: text })] }],
    ['any value', object({ a: {} })],
    ['a list of any values', object({ a: { type: 'array' } })],
    ['a tuple', object({ a: { type: 'array', prefixItems: [text], items: false } })],
    ['conditions', object({ a: text }, { if: {}, then: {} })],
    ['several in allOf', object({ a: { allOf: [text, { minLength: 1 }] } })],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a reference to itself', { $ref: '#' }],
    ['properties that are none', { type: 'object', properties: 'x' }]
  ])('cannot be closed: %s', (_title, schema) => {
    expect(closedSchema(schema)).toBeUndefined()
  })
})
