type Schema = Record<string, unknown>

/** A small instance of a JSON schema, for the keywords that structured outputs know. */
export function instanceOf(schema: unknown): unknown {
  return build(schema, { root: schema, left: most }, 0)
}

/** A schema may refer to itself: levels, and schemas looked at, after which nothing more is made. */
const deepest = 64
const most = 2_000

interface Work {
  root: unknown
  /** Schemas that may still be looked at. */
  left: number
}

function build(given: unknown, work: Work, depth: number): unknown {
  const schema = resolved(given, work, depth)
  if (depth > deepest || work.left <= 0) return null
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return listOf(schema['enum'])[0]
  if ('default' in schema) return schema['default']
  const inner = (child: unknown) => build(child, work, depth + 1)
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, inner)
    case 'array':
      return arrayOf(schema, inner)
    case 'string':
      return stringOf(schema)
    case 'number':
    case 'integer':
      return numberOf(schema)
    case 'boolean':
      return false
    default:
      return null
  }
}

/** The schema with its `$ref`, its `allOf` and the first of its alternatives taken in. */
function resolved(given: unknown, work: Work, depth: number): Schema {
  if (typeof given !== 'object' || given === null || depth > deepest || work.left-- <= 0) return {}
  const { $ref, allOf, anyOf, oneOf, ...own } = given as Schema
  const parts = [
    ...($ref === undefined ? [] : [at($ref, work.root)]),
    ...listOf(allOf),
    ...listOf(anyOf).slice(0, 1),
    ...listOf(oneOf).slice(0, 1)
  ]
  return parts.map((part) => resolved(part, work, depth + 1)).reduce(merged, own)
}

function merged(one: Schema, other: Schema): Schema {
  const properties = { ...asObject(one['properties']), ...asObject(other['properties']) }
  const required = [...listOf(one['required']), ...listOf(other['required'])]
  return {
    ...one,
    ...other,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required })
  }
}

/** What a local reference such as `#/$defs/step` points at. */
function at(ref: unknown, root: unknown): unknown {
  const path = String(ref)
    .split('/')
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
  return path.reduce<unknown>((place, name) => asObject(place)[name], root)
}

function typeOf(schema: Schema): unknown {
  const type = listOf(schema['type'])[0] ?? schema['type']
  if (type !== undefined) return type
  if ('properties' in schema || 'required' in schema) return 'object'
  return 'items' in schema || 'prefixItems' in schema ? 'array' : 'string'
}

function objectOf(schema: Schema, inner: (child: unknown) => unknown): object {
  const properties = asObject(schema['properties'])
  return Object.fromEntries(listOf(schema['required']).map((name) => [name, inner(properties[String(name)])])) as object
}

function arrayOf(schema: Schema, inner: (child: unknown) => unknown): unknown[] {
  const first = listOf(schema['prefixItems']).map(inner)
  const missing = Math.min(numeric(schema['minItems']) ?? 0, 1000) - first.length
  return [...first, ...Array.from({ length: Math.max(0, missing) }, () => inner(schema['items']))]
}

const formats: Record<string, string> = {
  'date-time': '2000-01-01T00:00:00Z',
  date: '2000-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'stand-in@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000'
}

/** `pattern` is not looked at. */
function stringOf(schema: Schema): string {
  const text = formats[String(schema['format'])] ?? 'stand-in'
  return text.padEnd(Math.min(numeric(schema['minLength']) ?? 0, 1000), '.').slice(0, numeric(schema['maxLength']))
}

function numberOf(schema: Schema): number {
  const step = numeric(schema['multipleOf']) ?? 1
  const low = numeric(schema['minimum']) ?? added(schema['exclusiveMinimum'], step)
  const high = numeric(schema['maximum']) ?? added(schema['exclusiveMaximum'], -step)
  if (low !== undefined && low > 0) return Math.ceil(low / step) * step
  return high !== undefined && high < 0 ? Math.floor(high / step) * step : 0
}

const added = (limit: unknown, step: number) => (numeric(limit) === undefined ? undefined : Number(limit) + step)
const numeric = (value: unknown) => (typeof value === 'number' ? value : undefined)
const listOf = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [])
const asObject = (value: unknown): Schema => (typeof value === 'object' && value !== null ? (value as Schema) : {})
