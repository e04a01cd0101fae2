/** A JSON schema as a caller wrote it: nothing about it is certain. */
export type Schema = Record<string, unknown>

/** Whether it is an object, and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Bounds of the work on one answer: branches in branches cost exponential time. Beyond them an answer counts as right. */
const limits = { steps: 100_000, depth: 200 }

/** The work on an answer has become too much. */
export class TooMuchWork extends Error {}

/** Compares values with one schema. Keywords that it does not know, patterns and formats are not looked at. */
export class SchemaCheck {
  readonly #root: Schema
  #steps = 0

  constructor(root: Schema) {
    this.#root = root
  }

  /** The place of the first value that does not follow `schema`, as `$.a[0]`; undefined where there is none. Throws `TooMuchWork`. */
  problem(schema: unknown, value: unknown, at = '$', depth = 0): string | undefined {
    this.step(depth)
    if (schema === false) return at
    if (!isObject(schema)) return undefined
    if (!hasType(schema, value) || !isAmong(schema, value) || !isWithin(schema, value)) return at
    return this.#branches(schema, value, at, depth) ?? this.#inside(schema, value, at, depth)
  }

  /** The schema that a `$ref` names, or the schema itself. */
  resolved(schema: Schema): unknown {
    const ref = schema['$ref']
    if (typeof ref !== 'string' || !ref.startsWith('#')) return schema
    const names = ref.slice(1).split('/').filter(Boolean)
    return names.reduce<unknown>(
      (found, name) => own(found, name.replaceAll('~1', '/').replaceAll('~0', '~')),
      this.#root
    )
  }

  /** Counts one step of the work. Throws `TooMuchWork`. */
  step(depth: number): void {
    if (++this.#steps > limits.steps || depth > limits.depth) throw new TooMuchWork()
  }

  #branches(schema: Schema, value: unknown, at: string, depth: number): string | undefined {
    const follows = (branch: unknown) => this.problem(branch, value, at, depth + 1) === undefined
    const { anyOf, oneOf, allOf, $ref } = schema
    if (typeof $ref === 'string' && !follows(this.resolved(schema))) return at
    if (Array.isArray(anyOf) && !anyOf.some(follows)) return at
    if (Array.isArray(oneOf) && oneOf.filter(follows).length !== 1) return at
    if (Array.isArray(allOf) && !allOf.every(follows)) return at
    return 'not' in schema && follows(schema['not']) ? at : undefined
  }

  #inside(schema: Schema, value: unknown, at: string, depth: number): string | undefined {
    if (Array.isArray(value)) return this.#items(schema, value, at, depth)
    return isObject(value) ? this.#properties(schema, value, at, depth) : undefined
  }

  #items({ items, prefixItems }: Schema, values: unknown[], at: string, depth: number): string | undefined {
    const first: unknown[] = Array.isArray(prefixItems) ? prefixItems : []
    for (const [index, value] of values.entries()) {
      const found = this.problem(index < first.length ? first[index] : items, value, `${at}[${index}]`, depth + 1)
      if (found) return found
    }
    return undefined
  }

  #properties(schema: Schema, value: Record<string, unknown>, at: string, depth: number): string | undefined {
    const { properties, required, additionalProperties, patternProperties } = schema
    const needed = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
    const missing = needed.find((name) => !Object.hasOwn(value, name))
    if (missing !== undefined) return `${at}.${missing}`
    for (const [name, inner] of Object.entries(value)) {
      const known = own(properties, name)
      const rule = known ?? (patternProperties === undefined ? additionalProperties : undefined)
      const found = this.problem(rule, inner, `${at}.${name}`, depth + 1)
      if (found) return found
    }
    return undefined
  }
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function hasType({ type }: Schema, value: unknown): boolean {
  if (type === undefined) return true
  return [type].flat().some((name) => name === typeOf(value) || (name === 'integer' && Number.isInteger(value)))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Lists and objects are not compared: it would cost as much as they are long, in every branch. */
function isAmong(schema: Schema, value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return true
  const allowed = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : undefined
  return (allowed?.includes(value) ?? true) && (!('const' in schema) || schema['const'] === value)
}

/** Lengths and bounds. */
function isWithin(schema: Schema, value: unknown): boolean {
  const bound = (name: string, other: number) => (typeof schema[name] === 'number' ? schema[name] : other)
  const least = (name: string, size: number) => size >= bound(name, -Infinity)
  const most = (name: string, size: number) => size <= bound(name, Infinity)
  if (typeof value === 'string') return least('minLength', value.length) && most('maxLength', value.length / 2) // a character has one unit or two
  if (Array.isArray(value)) return least('minItems', value.length) && most('maxItems', value.length)
  if (typeof value !== 'number') return true
  const beyond = value > bound('exclusiveMinimum', -Infinity) && value < bound('exclusiveMaximum', Infinity)
  return beyond && least('minimum', value) && most('maximum', value)
}
