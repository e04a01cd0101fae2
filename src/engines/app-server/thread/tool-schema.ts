import { isJsonObject } from '../../../turn/json-object.ts'

/** A schema of a tool's arguments, or a part of one, as its client sent it. */
type Schema = Record<string, unknown>

/** What codex passes on to the model (codex-cli 0.169); the rest of a schema it leaves out without a word. */
const passedOn = new Set([
  'type',
  'description',
  'enum',
  'items',
  'properties',
  'required',
  'additionalProperties',
  'anyOf',
  'oneOf',
  'allOf',
  '$ref',
  '$defs',
  'definitions',
  'minItems'
])
/** What says nothing of its own. */
const meaningless = new Set(['title', '$schema', '$id', '$comment', 'nullable', 'const'])
const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const combinations = ['anyOf', 'oneOf', 'allOf'] as const

/** Bytes of JSON beyond which codex leaves out all descriptions and what is deep inside (codex-cli 0.169: between 4,567 and 5,072). */
const wholeUpTo = 4_500

/** A tool's schema as codex takes it. `text`: all of it, for the tool's description, where codex would leave most of it out. */
export function schemaForCodex(schema: Schema): { inputSchema: Schema; text?: string } {
  const inputSchema = rootFrom(schema)
  if (Buffer.byteLength(JSON.stringify(inputSchema)) <= wholeUpTo) return { inputSchema }
  return { inputSchema, text: `The JSON schema of its arguments: ${JSON.stringify(schema)}` }
}

/** Model providers accept only an object: what the combined schemas allow is merged, and they are described. */
function rootFrom(schema: Schema): Schema {
  const combined = combinations.filter((name) => Array.isArray(schema[name]))
  if (combined.length === 0) return converted({ ...schema, type: 'object' }) as Schema
  const parts = combined.flatMap((name) => (schema[name] as unknown[]).filter(isJsonObject))
  const properties: unknown[] = [...parts, schema].flatMap(({ properties }) =>
    isJsonObject(properties) ? properties : []
  )
  const rest = Object.entries(schema).filter(([name]) => !(combined as string[]).includes(name))
  const merged = { ...Object.fromEntries(rest), type: 'object', properties: Object.assign({}, ...properties) as Schema }
  return converted(
    merged,
    combined.map((name) => [name, schema[name]])
  ) as Schema
}

/** One schema of any depth; `lost` is what of it is only described. */
function converted(value: unknown, lost: (readonly [string, unknown])[] = []): unknown {
  if (!isJsonObject(value)) return value === false ? described({}, [['not', {}]]) : {}
  const schema: Schema = {}
  for (const [name, inner] of Object.entries(value)) {
    if (!passedOn.has(name)) lost.push(...(meaningless.has(name) ? [] : [[name, inner] as const]))
    else if (!keep(schema, name, inner)) lost.push([name, inner])
  }
  if ('const' in value) schema['enum'] = [value['const']]
  const ownType = typeOf(schema, value, lost.length > 0)
  if (ownType !== undefined) schema['type'] = ownType
  addItems(schema, value)
  return described(schema, lost)
}

/** Takes over one keyword. False where codex would not understand it. */
function keep(schema: Schema, name: string, inner: unknown): boolean {
  const taken = keptAs(name, inner)
  if (taken !== undefined) schema[name] = taken
  return taken !== undefined
}

function keptAs(name: string, inner: unknown): unknown {
  switch (name) {
    case 'properties':
    case '$defs':
    case 'definitions':
      return isJsonObject(inner)
        ? Object.fromEntries(Object.entries(inner).map(([key, part]) => [key, converted(part)]))
        : undefined
    case 'items':
      return Array.isArray(inner) || inner === false ? undefined : converted(inner)
    case 'additionalProperties':
      return typeof inner === 'boolean' ? inner : converted(inner)
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
      return Array.isArray(inner) ? inner.map((part) => converted(part)) : undefined
    case 'required':
    case 'enum':
      return Array.isArray(inner) ? inner : undefined
    case 'minItems':
      return typeof inner === 'number' ? inner : undefined
    case 'type':
      return typeNames(inner).length > 0 ? inner : undefined
    default:
      return typeof inner === 'string' ? inner : undefined
  }
}

/** Some clients write `STRING`, others `nullable`; without a type codex takes the values of an enum for strings. */
function typeOf(schema: Schema, { nullable }: Schema, hasNote: boolean): unknown {
  const values = Array.isArray(schema['enum']) ? [...new Set(schema['enum'].map(jsonType))] : []
  const named = typeNames(schema['type'])
  const all = [...(named.length > 0 ? named : values), ...(nullable === true ? ['null'] : [])]
  const isOnlyDescribed = Object.keys(schema).every((name) => name === 'description')
  const needsOne = all.length === 0 && isOnlyDescribed && (hasNote || 'description' in schema)
  const found = needsOne ? types.filter((type) => type !== 'integer') : [...new Set(all)] // codex drops a description alone
  return found.length > 1 ? found : found[0]
}

function typeNames(type: unknown): string[] {
  return [type]
    .flat()
    .flatMap((name) => (typeof name === 'string' && types.includes(name.toLowerCase()) ? name.toLowerCase() : []))
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Codex takes items without a schema for strings, and knows no tuples: any of their schemas will do for each item. */
function addItems(schema: Schema, { items, prefixItems }: Schema): void {
  const tuple = [prefixItems, items].find(Array.isArray) as unknown[] | undefined
  if (tuple)
    schema['items'] = { anyOf: [...tuple, ...(isJsonObject(items) ? [items] : [])].map((part) => converted(part)) }
  else if (typeNames(schema['type']).includes('array')) schema['items'] ??= {}
}

/** With a description of what is lost, the order of the properties included: codex sorts them. */
function described(schema: Schema, lost: readonly (readonly [string, unknown])[]): Schema {
  const { properties, description } = schema
  const names = isJsonObject(properties) ? Object.keys(properties) : []
  const sorted = [...names].sort()
  const notes = [
    typeof description === 'string' ? description : '',
    lost.length > 0 ? `Schema: ${JSON.stringify(Object.fromEntries(lost))}` : '',
    names.some((name, index) => name !== sorted[index]) ? `Order: ${names.join(', ')}` : ''
  ].filter((note) => note !== '')
  return notes.length > 0 ? { ...schema, description: notes.join('\n') } : schema
}
