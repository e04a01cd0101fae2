import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerForm } from '../../src/json-schema/answer-form.ts'
import type { Schema } from '../../src/json-schema/check.ts'

const text = { type: 'string' }
const read = (schema: Schema, answer: unknown) =>
  answerForm(schema)?.read(typeof answer === 'string' ? answer : JSON.stringify(answer))
const person = {
  type: 'object',
  properties: { name: text, nick: text, old: { type: ['string', 'null'] } },
  required: ['name']
}

describe('an answer in the closed form of a schema', () => {
  it.each<[string, Schema, unknown, unknown]>([
    ['loses the nulls of what is optional', person, { name: 'A', nick: null, old: null }, { name: 'A', old: null }],
    ['keeps what is there', person, { name: 'A', nick: 'B', old: 'C' }, { name: 'A', nick: 'B', old: 'C' }],
    [
      'in lists',
      { type: 'object', properties: { all: { type: 'array', items: person } } },
      { all: [{ name: 'A', nick: null, old: 'x' }] },
      { all: [{ name: 'A', old: 'x' }] }
    ],
    [
      'in references',
      { type: 'object', properties: { p: { $ref: '#/$defs/p' } }, $defs: { p: person } },
      { p: { name: 'A', nick: null, old: 'x' } },
      { p: { name: 'A', old: 'x' } }
    ],
    [
      'in the branch of a choice that it follows',
      { type: 'object', properties: { p: { anyOf: [text, person] } }, required: ['p'] },
      { p: { name: 'A', nick: null, old: 'x' } },
      { p: { name: 'A', old: 'x' } }
    ]
  ])('%s', (_title, schema, answer, expected) => {
    expect(read(schema, answer)).toEqual({ text: JSON.stringify(expected) })
  })

  it('is not touched where it is no JSON', () => {
    expect(read(person, 'half a')).toEqual({ text: 'half a' })
  })

  it('is not needed for a schema that is strict, in whatever order', () => {
    expect(
      answerForm({
        required: ['b', 'a'],
        additionalProperties: false,
        type: 'object',
        properties: { a: text, b: text }
      })
    ).toBeUndefined()
  })
})

describe('an answer to a schema in words', () => {
  const record = { type: 'object', additionalProperties: { type: 'number', minimum: 0 } }
  const wrapped = (value: unknown) => ({ json: JSON.stringify(value) })

  it.each<[string, Schema, unknown, unknown]>([
    ['is taken out of its wrapper', record, wrapped({ a: 1 }), { text: '{"a":1}' }],
    ['may come without one', record, { a: 1 }, { text: '{"a":1}' }],
    ['may be a list', { type: 'array', items: text }, wrapped(['a']), { text: '["a"]' }],
    ['must be JSON', record, 'I think', { problem: 'it is no JSON' }],
    ['must follow the schema', record, wrapped({ a: 'x' }), { problem: 'look at $.a' }],
    ['must be within its bounds', record, wrapped({ a: -1 }), { problem: 'look at $.a' }],
    ['must have what is required', { ...record, required: ['b'] }, wrapped({}), { problem: 'look at $.b' }],
    ['must have the right items', { type: 'array', items: text }, wrapped([1]), { problem: 'look at $[0]' }],
    ['must be one of the values', { enum: ['a', 'b'] }, wrapped('c'), { problem: 'look at $' }],
    [
      'must follow all of several',
      { allOf: [{ type: 'string' }, { maxLength: 1 }] },
      wrapped('abc'),
      { problem: 'look at $' }
    ],
    ['must follow one of several', { oneOf: [text, { type: 'null' }] }, wrapped(1), { problem: 'look at $' }],
    ['must not be what is excluded', { not: text }, wrapped('a'), { problem: 'look at $' }]
  ])('%s', (_title, schema, answer, expected) => {
    expect(read(schema, answer)).toEqual(expected)
  })

  it('is asked for with the schema', () => {
    expect(answerForm(record)?.instruction).toContain(JSON.stringify(record))
  })
})

describe('hostile schemas', () => {
  it('do not cost more than a bound', () => {
    const levels = Array.from({ length: 24 }, (_, level) => [
      `l${level}`,
      { anyOf: [{ $ref: `#/$defs/l${level + 1}` }, { $ref: `#/$defs/l${level + 1}` }] }
    ])
    const all = Object.fromEntries<unknown>(levels as [string, unknown][])
    const schema = { anyOf: [{ $ref: '#/$defs/l0' }], $defs: { ...all, l24: { type: 'null' } } }
    const begun = performance.now()
    expect(read(schema, { json: '1' })).toEqual({ text: '1' })
    expect(read({ ...schema, type: 'object', properties: { a: schema.anyOf[0] } }, { a: 1 })).toBeDefined()
    expect(read({ $ref: '#', not: {} }, { json: '1' })).toBeDefined()
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  it('of any form never throw', () => {
    const schema = fc.dictionary(
      fc.constantFrom(
        'type',
        'properties',
        'required',
        'items',
        'anyOf',
        'allOf',
        '$ref',
        '$defs',
        'enum',
        'not',
        '__proto__',
        'additionalProperties',
        'nullable'
      ),
      fc.letrec((tie) => ({
        value: fc.oneof(
          fc.constantFrom('object', 'array', '#', '#/$defs/a', 1, null, true, false),
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(fc.constantFrom('a', 'type', 'properties', '__proto__', '$ref'), tie('value'), { maxKeys: 3 })
        )
      })).value
    )
    fc.assert(
      fc.property(schema, fc.jsonValue(), (schema, value) => {
        const form = answerForm(schema)
        if (form) expect(form.read(JSON.stringify(value))).toBeDefined()
      }),
      { numRuns: 1_000 }
    )
  })
})
