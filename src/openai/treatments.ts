import type { Parameter } from './parameters.ts'

/** Does what OpenAI says it does. */
export const honoured = (note: string): Parameter => ({ by: { exec: 'honoured', 'app-server': 'honoured' }, note })
/** Has no effect; the values in `harmless` ask for none. */
export const ignored = (note: string, ...harmless: unknown[]): Parameter => ({
  by: { exec: 'ignored', 'app-server': 'ignored' },
  note,
  harmless
})
/** Is an error, unless its value is among `harmless`, which ask only for what happens anyway. */
export const refused = (note: string, ...harmless: unknown[]): Parameter => ({
  by: { exec: 'refused', 'app-server': 'refused' },
  note,
  harmless
})
/** Only app-server offers the caller’s functions. */
export const withTools = (note: string): Parameter => ({ by: { exec: 'refused', 'app-server': 'honoured' }, note })
