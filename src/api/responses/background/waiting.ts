import type { GatewayError } from '../../../turn/error.ts'
import { steadyNow } from '../../../work/steady-clock.ts'
import type { ActiveResponse } from './active.ts'

/** Milliseconds that a response waits at least, so that a limit that is said to be lifted, and is not, is not asked about all the time. */
const shortestMs = 5_000

/** When the limit of a failure is lifted, in Unix milliseconds. */
export const waitsUntil = ({ retryAfter = 0 }: GatewayError): number =>
  steadyNow() + Math.max(retryAfter * 1000, shortestMs)

/**
 * Whether a response waits for a usage limit to be lifted: if that is wished, it is known when, and nothing was done or said that would
 * be done or said again.
 */
export function mayWait({ waits, making }: ActiveResponse, { code, retryAfter }: GatewayError): boolean {
  const { report, answer } = making
  return (
    waits &&
    code === 'usage_limit_exceeded' &&
    retryAfter !== undefined &&
    !report.acted &&
    answer.events.resource().output.length === 0
  )
}
