import { GatewayError } from '../turn/error.ts'
import { isJsonObject } from '../turn/json-object.ts'
import { checkSchema } from './structured.ts'

/** Throws where a function's parameters are no JSON schema of an object, or one beyond the limits; `param` is its place in the request. */
export function checkFunctionSchema(name: string, schema: Record<string, unknown>, param: string): void {
  checkSchema(schema, param)
  const { type } = schema
  const problem =
    type === undefined ||
    type === null ||
    [type].flat().some((one) => typeof one === 'string' && one.toLowerCase() === 'object')
      ? problemIn(schema, '')
      : `schema must be a JSON Schema of 'type: "object"', got 'type: ${JSON.stringify(type)}'`
  if (problem === undefined) return
  throw new GatewayError('invalid_request', `Invalid schema for function '${name}': ${problem.slice(0, 500)}.`, {
    param,
    reason: 'invalid_function_parameters'
  })
}

const named = ['properties', '$defs', 'definitions', 'patternProperties']
const listed = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const single = ['items', 'additionalProperties', 'not']

/** What is no schema where there must be one. The depth was checked. */
function problemIn(schema: unknown, at: string): string | undefined {
  if (typeof schema === 'boolean') return undefined
  if (!isJsonObject(schema)) return `'${at}' must be a schema, but it is ${kindOf(schema)}`
  for (const [key, value] of Object.entries(schema)) {
    const place = at === '' ? key : `${at}.${key}`
    const problem = problemOf(key, value, place)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOf(key: string, value: unknown, place: string): string | undefined {
  if (listed.includes(key) || (key === 'items' && Array.isArray(value)))
    return Array.isArray(value)
      ? first(value, (part, index) => problemIn(part, `${place}[${index}]`))
      : `'${place}' must be a list, but it is ${kindOf(value)}`
  if (single.includes(key)) return problemIn(value, place)
  if (!named.includes(key)) return undefined
  return isJsonObject(value)
    ? first(Object.entries(value), ([name, part]) => problemIn(part, `${place}.${name}`))
    : `'${place}' must be an object, but it is ${kindOf(value)}`
}

function first<T>(values: readonly T[], problem: (value: T, index: number) => string | undefined): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = problem(value, index)
    if (found !== undefined) return found
  }
  return undefined
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
