import { GatewayError } from '../turn/error.ts'
import type { EngineName } from '../turn/request.ts'

/** `honoured`: does what OpenAI says it does. `ignored`: accepted without effect, unless the operator wants a refusal. */
export type Treatment = 'honoured' | 'ignored' | 'refused'

/** What becomes of one request parameter. The capabilities and the README are made of this. */
export interface Parameter {
  by: Readonly<Record<EngineName, Treatment>>
  /** What a reader should know beyond the treatment. */
  note: string
  /** Values that ask only for what happens anyway; they are neither named nor refused. */
  harmless?: readonly unknown[]
}

export type ParameterTable = ReadonlyMap<string, Parameter>

/** What `CODEX_UNSUPPORTED_PARAMS` says. */
export type UnsupportedPolicy = 'ignore' | 'reject'

/**
 * The names of a request's parameters that have no effect, in its order. Throws a `GatewayError` `unsupported` for one that is refused.
 * `null` is absent, as is a name that no table knows. What engines treat differently is left to the engine that gets the turn.
 */
export function ignoredParameters(
  table: ParameterTable,
  body: Readonly<Record<string, unknown>>,
  policy: UnsupportedPolicy
): string[] {
  const ignored: string[] = []
  for (const name in body) {
    const row = table.get(name)
    const value = body[name]
    if (row === undefined || value === undefined || value === null) continue
    const treatment = treatmentBy(row)
    if (treatment === undefined || treatment === 'honoured' || asksNothing(row, value)) continue
    if (treatment === 'refused' || policy === 'reject') throw unsupported(name, row)
    ignored.push(name)
  }
  return ignored
}

/** What becomes of the parameter under a policy, by engine. */
export function treatmentsUnder(policy: UnsupportedPolicy, { by }: Parameter): Record<EngineName, Treatment> {
  const under = (treatment: Treatment) => (treatment === 'ignored' && policy === 'reject' ? 'refused' : treatment)
  return { exec: under(by.exec), 'app-server': under(by['app-server']) }
}

function treatmentBy({ by }: Parameter): Treatment | undefined {
  return by.exec === by['app-server'] ? by.exec : undefined
}

function unsupported(name: string, { note }: Parameter): GatewayError {
  return new GatewayError('unsupported', `Unsupported parameter: '${name}'. ${note}`, { param: name })
}

/** Looks one level deep and no further: a request may nest as deep as it likes. */
function asksNothing({ harmless = [] }: Parameter, value: unknown): boolean {
  return harmless.some(
    (wanted) => value === wanted || (isObject(value) && isObject(wanted) && sameEntries(value, wanted))
  )
}

function sameEntries(value: object, wanted: object): boolean {
  const entries = Object.entries(wanted)
  return (
    Array.isArray(value) === Array.isArray(wanted) &&
    Object.keys(value).length === entries.length &&
    entries.every(([key, inner]) => (value as Record<string, unknown>)[key] === inner)
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
