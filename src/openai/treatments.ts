import type { Parameter } from './parameters.ts'

/** Does what OpenAI says it does. */
export const honoured = (note: string): Parameter => ({ by: { exec: 'honoured', 'app-server': 'honoured' }, note })
/** Has no effect; the values in `harmless` ask for none. */
export const ignored = (note: string, ...harmless: unknown[]): Parameter => ({ by: { exec: 'ignored', 'app-server': 'ignored' }, note, asksNothing: among(harmless) })
/** Is an error, unless its value is among `harmless`, which ask only for what happens anyway. */
export const refused = (note: string, ...harmless: unknown[]): Parameter => ({ by: { exec: 'refused', 'app-server': 'refused' }, note, asksNothing: among(harmless) })
/** Only app-server offers the caller’s functions. */
export const withTools = (note: string): Parameter => ({ by: { exec: 'refused', 'app-server': 'honoured' }, note })

/** Looks one level deep and no further: a request may nest as deep as it likes. */
function among(harmless: readonly unknown[]): (value: unknown) => boolean {
  return (value) => harmless.some((wanted) => value === wanted || (isObject(value) && isObject(wanted) && sameEntries(value, wanted)))
}

function sameEntries(value: object, wanted: object): boolean {
  const entries = Object.entries(wanted)
  return Array.isArray(value) === Array.isArray(wanted) && Object.keys(value).length === entries.length && entries.every(([key, inner]) => (value as Record<string, unknown>)[key] === inner)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
