import { createContext, Script } from 'node:vm'
import { Validator } from '@cfworker/json-schema'
import type { SchemaDraft } from '@cfworker/json-schema'
import { isObject } from './check.ts'
import type { Schema } from './check.ts'

/** Milliseconds for one comparison: a caller's pattern may take for ever. */
const timeoutMs = 500
/** How many problems are named, and characters of all of them. */
const shown = { problems: 10, length: 2_000 }

const context = createContext({ compare: undefined })
const script = new Script('compare()')

/**
 * What about a value does not follow a JSON schema, pattern and format included, in lines for people and models; empty where it follows. A
 * comparison that takes too long is a problem too. Throws an `Error` where the schema itself is not one.
 */
export function problemsWith(schema: Schema, value: unknown): string[] {
  let problems: string[] = []
  context['compare'] = () => (problems = compared(schema, value))
  try {
    script.runInContext(context, { timeout: timeoutMs })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return ['it takes too long to compare it with the schema']
    throw error
  } finally {
    context['compare'] = undefined
  }
  return problems
}

function compared(schema: Schema, value: unknown): string[] {
  const { errors } = new Validator(schema, draftOf(schema), false).validate(value)
  const leaves = errors.filter((error) => !errors.some((other) => other !== error && isBelow(other, error)))
  const lines = leaves.map(({ instanceLocation: at, error }) => `${at}: ${error}`)
  return [...new Set(lines)].slice(0, shown.problems).map((line) => line.slice(0, shown.length / shown.problems))
}

type Found = ReturnType<Validator['validate']>['errors'][number]

/** Whether one problem says more exactly what the other is. */
const isBelow = (one: Found, other: Found) => one.keywordLocation.startsWith(`${other.keywordLocation}/`)

function draftOf({ $schema }: Schema): SchemaDraft {
  const name = typeof $schema === 'string' ? $schema : ''
  if (/draft-04/.test(name)) return '4'
  if (/draft-0[67]/.test(name)) return '7'
  return /2019-09/.test(name) ? '2019-09' : '2020-12'
}

/** Why a schema cannot be used to validate anything; undefined where it can. */
export function schemaProblem(schema: Schema): string | undefined {
  try {
    JSON.stringify(schema, (name, value: unknown) => {
      if (name === 'pattern' && typeof value === 'string') new RegExp(value, 'u')
      if (name === 'patternProperties' && isObject(value)) for (const one of Object.keys(value)) new RegExp(one, 'u')
      return value
    })
    problemsWith(schema, {})
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n')[0]?.slice(0, 200)
  }
}
