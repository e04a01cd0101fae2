import { isObject, TooMuchWork } from './check.ts'
import type { Schema, SchemaCheck } from './check.ts'

/** The value without the nulls that stand for what is optional in the caller's schema; with them, where it allows null there. */
export function withoutNulls(check: SchemaCheck, schema: Schema, value: unknown): unknown {
  try {
    return stripped(check, schema, value, 0)
  } catch (error) {
    if (error instanceof TooMuchWork) return value
    throw error
  }
}

function stripped(check: SchemaCheck, schema: unknown, value: unknown, depth: number): unknown {
  check.step(depth)
  if (!isObject(schema) || typeof value !== 'object' || value === null) return value
  const target = check.resolved(schema)
  if (target !== schema) return stripped(check, target, value, depth + 1)
  const own = Array.isArray(value) ? list(check, schema, value, depth) : object(check, schema, value, depth)
  const all = Array.isArray(schema['allOf']) ? (schema['allOf'] as unknown[]) : []
  const merged = all.reduce((result, part) => stripped(check, part, result, depth + 1), own)
  return branch(check, schema['anyOf'] ?? schema['oneOf'], merged, depth)
}

function list(check: SchemaCheck, { items }: Schema, values: unknown[], depth: number): unknown {
  return values.map((value) => stripped(check, items, value, depth + 1))
}

function object(check: SchemaCheck, { properties, required }: Schema, value: object, depth: number): unknown {
  if (!isObject(properties)) return value
  const needed = Array.isArray(required) ? (required as unknown[]) : []
  const entries = Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
    const isOmitted =
      inner === null && schema !== undefined && !needed.includes(name) && check.problem(schema, null) !== undefined
    return isOmitted ? [] : [[name, stripped(check, schema, inner, depth + 1)] as const]
  })
  return Object.fromEntries(entries)
}

/** As the first branch that the value then follows has it. */
function branch(check: SchemaCheck, branches: unknown, value: unknown, depth: number): unknown {
  if (!Array.isArray(branches)) return value
  for (const one of branches) {
    const result = stripped(check, one, value, depth + 1)
    if (check.problem(one, result) === undefined) return result
  }
  return value
}
