import { invalid } from '../../openai/invalid.ts'

/** Unix milliseconds by which a task must have ended: what is sent, but at most `lifeMs` from now. Throws for what is no time, or is over. */
export function deadlineOf(sent: string | number | undefined, now: number, lifeMs: number): number {
  if (sent === undefined) return now + lifeMs
  const time = typeof sent === 'number' ? sent * (sent < 100_000_000_000 ? 1000 : 1) : timeIn(sent)
  if (!Number.isFinite(time))
    throw invalid(
      "Invalid value for 'deadline': expected a time such as '2030-01-31T12:00:00Z', or Unix seconds.",
      'deadline'
    )
  if (time <= now) throw invalid("Invalid value for 'deadline': it is over already.", 'deadline')
  return Math.min(Math.floor(time), now + lifeMs)
}

/** Without a zone nobody knows which time it is. */
function timeIn(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN
}
