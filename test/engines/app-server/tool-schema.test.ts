import { describe, expect, it } from 'vitest'
import { schemaForCodex } from '../../../src/engines/app-server/thread/tool-schema.ts'
import { says } from '../../support/upstream/answer.ts'
import { sharedAppServer } from './rig.ts'

type Schema = Record<string, unknown>
const object = (properties: Schema, more: Schema = {}): Schema => ({ type: 'object', properties, ...more })

/** A schema with one property of each kind that codex changes, and what the model reads of it. */
const cases: [string, Schema, Schema][] = [
  ['default', { type: 'string', default: 'x' }, { type: 'string', description: 'Schema: {"default":"x"}' }],
  [
    'bounds and a description',
    { type: 'number', description: 'How sure.', minimum: 0, exclusiveMaximum: 1 },
    { type: 'number', description: 'How sure.\nSchema: {"minimum":0,"exclusiveMaximum":1}' }
  ],
  [
    'pattern, format, lengths, examples',
    { type: 'string', pattern: '^a', format: 'uri', minLength: 1, maxLength: 9, examples: ['a'] },
    {
      type: 'string',
      description: 'Schema: {"pattern":"^a","format":"uri","minLength":1,"maxLength":9,"examples":["a"]}'
    }
  ],
  ['an enum of numbers', { enum: [1, 2] }, { type: 'integer', enum: [1, 2] }],
  ['a constant', { const: 5 }, { type: 'integer', enum: [5] }],
  ['nullable', { type: 'STRING', nullable: true }, { type: ['string', 'null'] }],
  [
    'a tuple',
    { type: 'array', items: [{ type: 'integer' }, { type: 'string' }] },
    {
      type: 'array',
      items: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      description: 'Schema: {"items":[{"type":"integer"},{"type":"string"}]}'
    }
  ],
  [
    'a tuple of the newer drafts',
    { type: 'array', prefixItems: [{ type: 'integer' }], items: false },
    {
      type: 'array',
      items: { anyOf: [{ type: 'integer' }] },
      description: 'Schema: {"prefixItems":[{"type":"integer"}],"items":false}'
    }
  ],
  ['a list of anything', { type: 'array', minItems: 1 }, { type: 'array', minItems: 1, items: {} }],
  [
    'properties out of order, at any depth',
    object({ z: { type: 'string' }, a: object({ y: { type: 'null' }, b: { type: 'string' } }) }),
    {
      type: 'object',
      description: 'Order: z, a',
      properties: {
        z: { type: 'string' },
        a: {
          type: 'object',
          description: 'Order: y, b',
          properties: { y: { type: 'null' }, b: { type: 'string' } }
        }
      }
    }
  ],
  [
    'rules for names',
    { type: 'object', patternProperties: { '^x': { type: 'string' } }, additionalProperties: false },
    {
      type: 'object',
      properties: {},
      additionalProperties: false,
      description: 'Schema: {"patternProperties":{"^x":{"type":"string"}}}'
    }
  ],
  [
    'odd fields',
    { type: 'string', description: 5, required: true },
    {
      type: 'string',
      description: 'Schema: {"description":5,"required":true}'
    }
  ]
]

describe('the schema of a tool', () => {
  const rig = sharedAppServer({ tools: true })
  const shown = async (parameters: Schema) => {
    rig().upstream.answerNext(says('No.'))
    await rig().run({ tools: [{ name: 'f', description: 'Does it.', parameters }] })
    const [tool] = rig().upstream.requests.at(-1)!.body.tools!
    return tool as unknown as { description: string; parameters: Schema }
  }

  it.each(cases)('reaches the model whole: %s', async (_title, schema, expected) => {
    const { parameters } = await shown(object({ p: schema }))
    expect((parameters['properties'] as Schema)['p']).toEqual(expected)
  })

  it('keeps a description that stands alone', async () => {
    const { parameters } = await shown(object({ p: { description: 'Anything.' } }))
    expect(parameters).toMatchObject({ properties: { p: { description: 'Anything.' } } })
  })

  it('with definitions is described inside of them', async () => {
    const { parameters } = await shown(
      object({ p: { $ref: '#/$defs/P' } }, { $defs: { P: object({ n: { type: 'integer', minimum: 1 } }) } })
    )
    expect(parameters).toMatchObject({
      properties: { p: { $ref: '#/$defs/P' } },
      $defs: { P: { properties: { n: { description: 'Schema: {"minimum":1}' } } } }
    })
  })

  it('that combines others is one object, as providers want it', async () => {
    const anyOf = [object({ a: { type: 'string' } }), object({ b: { type: 'string' } })]
    const { parameters } = await shown({ anyOf, $schema: 'x', title: 'T' })
    expect(parameters).toEqual({
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      description: `Schema: ${JSON.stringify({ anyOf })}`
    })
  })

  it('that is too large for codex is in the description of the tool', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 90 }, (_value, index) => [`p${index}`, { type: 'string', description: 'y'.repeat(40) }])
    )
    const { description, parameters } = await shown(object(fields))
    expect(description).toBe(`Does it.\n\nThe JSON schema of its arguments: ${JSON.stringify(object(fields))}`)
    expect(Object.keys(parameters['properties'] as Schema)).toHaveLength(90)
  })

  it('just below that size is whole', async () => {
    const text = 'y'.repeat(
      4_500 - JSON.stringify(schemaForCodex(object({ p: { type: 'string', description: '' } })).inputSchema).length
    )
    const { description, parameters } = await shown(object({ p: { type: 'string', description: text } }))
    expect([description, parameters['properties']]).toEqual(['Does it.', { p: { type: 'string', description: text } }])
  })
})
