import fc from 'fast-check'

/** The parts of JSON Schema that the description of the APIs uses. */
export interface Schema {
  $ref?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
}

/** Values of properties that would hardly ever be right by chance. */
const known: Record<string, fc.Arbitrary<unknown>> = {
  model: fc.constantFrom('gpt-test', 'gpt-test', 'gpt-test', 'other'),
  stream: fc.boolean()
}

/** Values that a schema describes, with references into `root`. Deeper than `depth` only what has no parts. */
export function valuesOf(schema: Schema, root: object, depth = 6): fc.Arbitrary<unknown> {
  const inner = (part: Schema) => valuesOf(part, root, depth - 1)
  if (schema.$ref !== undefined) return depth > 0 ? inner(resolved(schema.$ref, root)) : fc.constant(null)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices =
    schema.anyOf ??
    schema.oneOf ??
    (Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : undefined)
  if (choices) return fc.oneof(...choices.map(inner))
  if (schema.allOf) return inner(Object.assign({}, ...schema.allOf) as Schema)
  switch (schema.type) {
    case 'object':
      return objectsOf(schema, inner, depth)
    case 'array':
      return fc.array(depth > 0 ? inner(schema.items ?? {}) : fc.constant(null), {
        minLength: schema.minItems ?? 0,
        maxLength: 3
      })
    case 'string':
      return fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.string({ unit: 'grapheme', maxLength: 8 }),
        fc.constantFrom('Hello', 'f', 'item_1')
      )
    case 'integer':
      return fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer())
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 2 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function objectsOf(
  { properties = {}, required = [] }: Schema,
  inner: (part: Schema) => fc.Arbitrary<unknown>,
  depth: number
): fc.Arbitrary<unknown> {
  const names = Object.keys(properties).filter((name) => depth > 0 || required.includes(name))
  const others = names.filter((name) => !required.includes(name))
  const chosen = fc.subarray(others, { maxLength: Math.min(4, others.length) })
  return chosen.chain((optional) =>
    fc.record(
      Object.fromEntries(
        [...required.filter((name) => names.includes(name)), ...optional].map((name) => [
          name,
          known[name] ?? inner(properties[name] ?? {})
        ])
      )
    )
  )
}

function resolved(ref: string, root: object): Schema {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], root) as Schema
}
