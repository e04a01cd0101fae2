import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { instanceOf } from '../../src/demo/instance.ts'

const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more
})

const schemas: Record<string, object> = {
  'an object with every type': object({
    text: { type: 'string' },
    whole: { type: 'integer' },
    part: { type: 'number' },
    yes: { type: 'boolean' },
    nothing: { type: 'null' },
    list: { type: 'array', items: { type: 'string' } }
  }),
  'an object within an object': object({ inner: object({ text: { type: 'string' } }) }),
  'an enum and a const': object({ colour: { enum: ['red', 'blue'] }, kind: { const: 'step' } }),
  'a nullable field': object({ text: { type: ['string', 'null'] } }),
  'bounds of numbers': object({
    low: { type: 'integer', minimum: 3 },
    high: { type: 'number', maximum: -2.5 },
    between: { type: 'integer', exclusiveMinimum: 4, exclusiveMaximum: 6 },
    step: { type: 'integer', minimum: 7, multipleOf: 5 }
  }),
  'bounds of text': object({ long: { type: 'string', minLength: 20 }, short: { type: 'string', maxLength: 3 } }),
  formats: object({
    at: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    mail: { type: 'string', format: 'email' },
    id: { type: 'string', format: 'uuid' }
  }),
  'lists that may not be empty': object({
    list: { type: 'array', minItems: 2, items: { type: 'integer' } },
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }] }
  }),
  definitions: { ...object({ step: { $ref: '#/$defs/step' } }), $defs: { step: object({ name: { type: 'string' } }) } },
  alternatives: object({ either: { anyOf: [{ type: 'string' }, { type: 'null' }] } }),
  'a list of itself': { ...object({ children: { type: 'array', items: { $ref: '#' } } }) }
}

describe('an instance of a schema', () => {
  it.each(Object.entries(schemas))('follows %s', (_, schema) => {
    expect(
      z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(instanceOf(schema)).error
    ).toBeUndefined()
  })

  it('takes in the parts of allOf', () => {
    const schema = { allOf: [object({ a: { type: 'string' } }), object({ b: { type: 'boolean' } })] }
    expect(instanceOf(schema)).toEqual({ a: 'stand-in', b: false })
  })

  it('ends for schemas that never do, or that would fill the memory', () => {
    const endless = object({ next: { $ref: '#' } })
    const fan = { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' }
    const wide = { type: 'array', minItems: 1e9, items: { type: 'array', minItems: 1e9, items: { type: 'string' } } }
    for (const schema of [endless, fan, wide]) expect(JSON.stringify(instanceOf(schema)).length).toBeLessThan(100_000)
  })

  it.each([[undefined], [null], [true], ['text'], [{ $ref: '#/nowhere' }], [{ type: 'unheard-of' }]])(
    'says something for %j, which is no schema',
    (schema) => {
      expect(() => JSON.stringify(instanceOf(schema))).not.toThrow()
    }
  )
})
