import type { Calendar } from './calendar.ts'

/**
 * Unix seconds of a text: a day in the calendar's zone (`since`: its beginning, `until`: its end), or Unix seconds as they are.
 * Undefined for anything else.
 */
export function timeFrom(text: string, calendar: Calendar, edge: 'since' | 'until'): number | undefined {
  if (/^\d{9,11}$/.test(text)) return Number(text)
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  const noon = Date.UTC(Number(year), Number(month) - 1, Number(day), 12) / 1000
  if (Number.isNaN(noon) || new Date(noon * 1000).getUTCDate() !== Number(day)) return undefined
  const local = calendar.dayNear(noon)
  return local[edge]
}
