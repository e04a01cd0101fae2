import type { Ability, EngineInfo } from '../turn/engine.ts'
import { GatewayError } from '../turn/error.ts'

/** `honoured`: has the effect that the protocol defines. `ignored`: accepted without effect, unless the operator wants a refusal. */
export type Treatment = 'honoured' | 'ignored' | 'refused'

/** How one request parameter is handled. The description of the API, the capabilities and the documentation are built from this. */
export interface Parameter {
  treatment: Treatment
  /** Engines without this ability refuse the parameter. */
  needs?: Ability
  /** What a reader should know beyond the treatment. */
  note: string
  /** Values that ask only for what happens anyway; they are neither named nor refused. */
  harmless?: readonly unknown[]
}

export type ParameterTable = ReadonlyMap<string, Parameter>

/** The value of `CODEX_UNSUPPORTED_PARAMS`. `ignore` refuses tools that Codex has not, `ignore-all` ignores them too. */
export type UnsupportedPolicy = 'ignore' | 'ignore-all' | 'reject'

/** Has the effect that the protocol defines. */
export const honoured = (note: string): Parameter => ({ treatment: 'honoured', note })
/** Has no effect; the values in `harmless` ask for none. */
export const ignored = (note: string, ...harmless: unknown[]): Parameter => ({ treatment: 'ignored', note, harmless })
/** Is an error, unless its value is among `harmless`. */
export const refused = (note: string, ...harmless: unknown[]): Parameter => ({ treatment: 'refused', note, harmless })
/** Honoured by engines that can offer the caller’s functions, refused by the others. */
export const withTools = (note: string): Parameter => ({ treatment: 'honoured', needs: 'tools', note })

/** How an engine handles the parameter; `policy` makes refusals of what is ignored. */
export function treatmentBy(
  { can = {} }: EngineInfo,
  { treatment, needs }: Parameter,
  policy: UnsupportedPolicy = 'ignore'
): Treatment {
  if (needs && !can[needs]) return 'refused'
  return treatment === 'ignored' && policy === 'reject' ? 'refused' : treatment
}

/** Finds the parameters of a request that have no effect, in its order. Throws a `GatewayError` `unsupported` for one that is refused. */
export type IgnoredParameters = (body: Readonly<Record<string, unknown>>) => string[]

/** `null` is absent, as is a name that the table does not know. What engines treat differently is left to the engine that gets the turn. */
export function ignoredParameters(
  table: ParameterTable,
  engines: readonly EngineInfo[],
  policy: UnsupportedPolicy
): IgnoredParameters {
  const rows = new Map([...table].filter(([, row]) => row.treatment !== 'honoured' || noneCan(engines, row)))
  return (body) => {
    const found: string[] = []
    for (const name in body) {
      const row = rows.get(name)
      const value = body[name]
      if (row === undefined || value === undefined || value === null || asksNothing(row, value)) continue
      if (row.treatment !== 'ignored' || policy === 'reject') throw unsupported(name, row)
      found.push(name)
    }
    return found
  }
}

const noneCan = (engines: readonly EngineInfo[], row: Parameter) =>
  engines.every((engine) => treatmentBy(engine, row) === 'refused')

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

const treatments: readonly Treatment[] = ['honoured', 'ignored', 'refused']

/** The treatment and its note as sentences: `Honoured by app-server, refused by exec. Functions.` */
export function parameterText(row: Parameter, engines: readonly EngineInfo[]): string {
  const groups = treatments.flatMap((treatment) => {
    const names = engines.filter((engine) => treatmentBy(engine, row) === treatment).map(({ name }) => name)
    return names.length === 0 ? [] : [names.length === engines.length ? treatment : `${treatment} by ${listed(names)}`]
  })
  const text = groups.join(', ')
  const { treatment, harmless = [], note } = row
  const values = harmless.map((value) => `\`${JSON.stringify(value)}\``).join(', ')
  const except = treatment === 'refused' && values !== '' ? ` except ${values}` : ''
  return `${text[0]?.toUpperCase()}${text.slice(1)}${except}. ${note}`
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
