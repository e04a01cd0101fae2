import type { z } from 'zod'
import { GatewayError } from '../turn/error.ts'
import type { ErrorReason } from '../turn/error.ts'

/** A request that cannot be accepted because of the field at `param`. */
export function invalid(message: string, param?: string, reason?: ErrorReason): GatewayError {
  return new GatewayError('invalid_request', message, { reason, param })
}

/** The value as `schema` reads it; `at` is its place in the request. Throws a `GatewayError` that names the first bad field. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, at: readonly PropertyKey[] = []): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = schema.safeParse(value, { reportInput: true }).error?.issues[0] // always to report takes longer
  throw issue ? invalidFrom({ ...issue, path: [...at, ...issue.path] }) : invalid('The request is not valid.')
}

type Issue = z.core.$ZodIssue

function invalidFrom(issue: Issue): GatewayError {
  const found = nearest(issue)
  const param = pathOf(found.path)
  if (param === '')
    return invalid(`The request body must be a JSON object, but it is ${kindOf(found.input)}.`, undefined, 'wrong_type')
  if (isMissing(found)) return invalid(`Missing required parameter: '${param}'.`, param, 'missing_field')
  const expected = expectedBy(found)
  if (expected === undefined) return invalid(`Invalid value for '${param}': ${reasonOf(found)}.`, param)
  return invalid(
    `Invalid type for '${param}': expected ${expected}, but got ${kindOf(found.input)} instead.`,
    param,
    'wrong_type'
  )
}

/** Of a union's branches, the one that matched furthest into the value explains best what is wrong with it. */
function nearest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const inside = issue.errors.flatMap(([first]) =>
    first && (first.path.length > 0 || first.code !== 'invalid_type') ? [first] : []
  )
  const deepest = inside.sort((one, other) => matched(other) - matched(one))[0]
  return deepest === undefined ? issue : nearest({ ...deepest, path: [...issue.path, ...deepest.path] })
}

/** How far a branch matched: one in which the type is right, and another field is not, further than one of another type. */
function matched({ path }: Issue): number {
  return 2 * path.length + Number(path.at(-1) !== 'type')
}

/** zod gives a discriminated union's whole object as the input; the field it asks for is in `discriminator`. */
function isMissing(issue: Issue): boolean {
  const key = issue.code === 'invalid_union' && 'discriminator' in issue ? issue.discriminator : undefined
  const value = key === undefined ? issue.input : (issue.input as Record<string, unknown>)[key]
  return value === undefined
}

/** The types that would do; undefined when the type is right and the value is not. */
function expectedBy(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return issue.expected
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return undefined
  const kinds = issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' ? [first.expected] : []))
  return [...new Set(kinds)].join(' or ')
}

function reasonOf(issue: Issue): string {
  if ((issue.code === 'too_big' || issue.code === 'too_small') && typeof issue.input === 'number') return rangeOf(issue)
  const values =
    issue.code === 'invalid_value'
      ? issue.values
      : issue.code === 'invalid_union' && 'options' in issue
        ? issue.options
        : undefined
  return values && values.length > 1
    ? `supported values are ${values.map((value) => `'${String(value)}'`).join(', ')}`
    : issue.message
}

function rangeOf(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  const bound = issue.code === 'too_big' ? `<= ${issue.maximum}` : `>= ${issue.minimum}`
  return `expected a value ${bound}, but got ${String(issue.input)} instead`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** `['messages', 1, 'role']` as `messages[1].role`. */
function pathOf(path: readonly PropertyKey[]): string {
  const dotted = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return dotted.replace(/^\./, '')
}
