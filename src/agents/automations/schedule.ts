import { Cron } from 'croner'
import { z } from 'zod'

/** When an automation is run: once, at a Unix time in milliseconds, or by a cron expression of five fields in a time zone. */
export const schedule = z.discriminatedUnion('type', [
  z.object({ type: z.literal('once'), runAt: z.int() }),
  z.object({ type: z.literal('periodic'), expression: z.string(), timezone: z.string() })
])
export type Schedule = z.output<typeof schedule>

/**
 * The first occurrence behind a time, both in Unix milliseconds; undefined where there is none. A time that the clocks leave out is
 * taken at the end of the gap. A time that they show twice is taken the first time, but by an expression that runs every hour both times.
 */
export function nextOccurrence(wanted: Schedule, after: number): number | undefined {
  if (wanted.type === 'once') return wanted.runAt > after ? wanted.runAt : undefined
  return cronOf(wanted.expression, wanted.timezone).nextRun(new Date(after))?.getTime()
}

const maxLength = 256
const fiveFields = /^\s*(?:\S+\s+){4}\S+\s*$/

/** What is wrong with an expression; undefined where nothing is. */
export function expressionProblem(expression: string): string | undefined {
  if (expression.length > maxLength || !fiveFields.test(expression))
    return 'a cron expression has five fields: minute, hour, day of month, month, day of week'
  try {
    return cronOf(expression, 'UTC').nextRun() === null ? 'it never comes' : undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it is no cron expression'
  }
}

/** Whether there is a time zone of this name, such as `Europe/Berlin`. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

/** It runs nothing by itself. */
const cronOf = (expression: string, timezone: string) =>
  new Cron(expression, { timezone, paused: true, mode: '5-part' })
