import { isObject, SchemaCheck } from './check.ts'
import type { Schema } from './check.ts'

/** What a strict schema may have beside its structure. */
const passedOn = new Set(
  '$schema $defs definitions title description enum const pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems'.split(
    ' '
  )
)
/** What is left out: it says nothing about the value. */
const dropped = new Set('$id $comment id readOnly writeOnly deprecated discriminator'.split(' '))
/** See `structureOf`. */
const structural = new Set('properties required additionalProperties items anyOf oneOf nullable'.split(' '))
/** What a strict schema may not have, and the description of the value can say. */
const described = new Set(
  'default examples example minLength maxLength uniqueItems minProperties maxProperties format contentEncoding contentMediaType'.split(
    ' '
  )
)
const formats = new Set<unknown>('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '))

const plain = new Set<unknown>(['string', 'number', 'integer', 'boolean'])

/** The schema cannot be expressed as a strict one. */
class Inexpressible extends Error {}

/**
 * A caller's schema as OpenAI's strict mode wants it: objects are closed, and what is optional may be null instead. Undefined
 * for one that strict mode has no words for, such as an object with properties of any name.
 */
export function closedSchema(schema: Schema): Schema | undefined {
  try {
    const root = closed(rootOf(schema))
    return root['type'] === 'object' ? root : undefined
  } catch (error) {
    if (error instanceof Inexpressible) return undefined
    throw error
  }
}

/** A root that is a reference is what it names: strict mode wants an object there. */
function rootOf(schema: Schema): Schema {
  const { $ref, ...rest } = schema
  const target = $ref === undefined ? schema : new SchemaCheck(schema).resolved(schema)
  if (!isObject(target)) throw new Inexpressible()
  return $ref === undefined ? schema : { ...rest, ...target }
}

function closed(schema: unknown): Schema {
  if (!isObject(schema)) throw new Inexpressible()
  if (typeof schema['$ref'] === 'string') return { $ref: schema['$ref'] } // strict mode wants it alone
  const merged = withoutSingleAllOf(schema)
  if (merged !== schema) return closed(merged)
  const result: Schema = {}
  const remarks: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key) || structural.has(key)) continue
    else if (key === 'type') result[key] = value
    else if (key === '$defs' || key === 'definitions') result[key] = mapped(value, closed)
    else if (passedOn.has(key) || (key === 'format' && formats.has(value))) result[key] = value
    else if (described.has(key)) remarks.push(`${key}: ${JSON.stringify(value)}`)
    else throw new Inexpressible()
  }
  return withRemarks({ ...result, ...structureOf(schema) }, remarks)
}

/** Some generators write one schema in `allOf` to give it a description of its own. */
function withoutSingleAllOf(schema: Schema): Schema {
  const { allOf, ...rest } = schema
  if (!Array.isArray(allOf) || allOf.length !== 1 || !isObject(allOf[0])) return schema
  return { ...rest, ...allOf[0] }
}

function structureOf(schema: Schema): Schema {
  const { type, properties, items, anyOf, oneOf } = schema
  const branches = anyOf ?? oneOf
  const structure: Schema = branches === undefined ? {} : { anyOf: listOf(branches).map(closed) }
  const types = [type].flat()
  if (types.includes('object') || properties !== undefined) Object.assign(structure, objectOf(schema))
  if (types.includes('array')) structure['items'] = closed(items)
  const says = [type, branches, structure['type'], schema['enum'], schema['const']].some((part) => part !== undefined)
  if (!says) throw new Inexpressible()
  return nullableIf(schema['nullable'] === true, structure, type)
}

function objectOf({ type = 'object', properties = {}, required = [], additionalProperties }: Schema): Schema {
  const isOpen = additionalProperties !== undefined && additionalProperties !== false
  if (!isObject(properties) || isOpen || (additionalProperties === undefined && Object.keys(properties).length === 0))
    throw new Inexpressible()
  const needed = new Set<unknown>(listOf(required))
  const all = mapped(properties, (inner, name) => (needed.has(name) ? closed(inner) : nullable(closed(inner))))
  return { type, properties: all, required: Object.keys(all), additionalProperties: false }
}

/** OpenAPI's older spelling. */
function nullableIf(isNullable: boolean, structure: Schema, type: unknown): Schema {
  return isNullable && type !== undefined ? { ...structure, type: [...new Set([type, 'null'].flat())] } : structure
}

function nullable(schema: Schema): Schema {
  const { type, anyOf } = schema
  const types = [type].flat()
  if (types.includes('null')) return schema
  const isPlain = types.every((name) => plain.has(name))
  if (isPlain && type !== undefined && !('enum' in schema) && !('const' in schema) && anyOf === undefined)
    return { ...schema, type: [...types, 'null'] }
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] }
  const { description, ...rest } = schema
  return { anyOf: [rest, { type: 'null' }], ...(description !== undefined && { description }) }
}

function withRemarks(schema: Schema, remarks: readonly string[]): Schema {
  if (remarks.length === 0) return schema
  const { description } = schema
  const text = remarks.join(', ')
  return { ...schema, description: typeof description === 'string' ? `${description} (${text})` : text }
}

function mapped(value: unknown, change: (inner: unknown, name: string) => Schema): Record<string, Schema> {
  if (!isObject(value)) throw new Inexpressible()
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner, name)]))
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Inexpressible()
  return value
}
