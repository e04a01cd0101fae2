import type { GatewayError } from '../../../turn/error.ts'
import type { ActiveResponse } from './active.ts'

/**
 * Whether a response waits for a usage limit to be lifted: if that is wished, it is known when, and nothing was done or said that would
 * be done or said again.
 */
export function mayWait({ accepted: { waits }, making }: ActiveResponse, { code, retryAfter }: GatewayError): boolean {
  const { report, answer } = making
  return (
    waits &&
    code === 'usage_limit_exceeded' &&
    retryAfter !== undefined &&
    !report.acted &&
    answer.events.resource().output.length === 0
  )
}
