import type { ErrorCode } from '../turn/error.ts'
import type { TurnEnd } from '../turn/event.ts'
import { failureFrom } from '../turn/outcome.ts'

/** Why a turn failed. The message is written for the caller. */
export interface TurnError {
  code: string
  message: string
}

/** Our codes in the words of the API; all others are `internal_error`. */
const codes: Partial<Record<ErrorCode, string>> = {
  context_length_exceeded: 'context_length_exceeded',
  usage_limit_exceeded: 'usage_limit_exceeded',
  rate_limited: 'rate_limit_exceeded',
  overloaded: 'server_overloaded',
  model_not_found: 'resource_not_found',
  thread_not_found: 'resource_not_found',
  invalid_request: 'invalid_request',
  unsupported: 'invalid_request',
  too_large: 'invalid_request',
  upstream_auth: 'authentication_error',
  codex_not_logged_in: 'authentication_error',
  upstream_error: 'connection_failed',
  timeout: 'request_timeout'
}

/** How a turn has ended. */
export interface HowEnded {
  status: 'completed' | 'failed' | 'cancelled'
  error: TurnError | null
}

export const cancelled: HowEnded = { status: 'cancelled', error: null }

export const failedEnd = (error: TurnError): HowEnded => ({ status: 'failed', error })

/** How a turn has ended. Undefined: it was left before its end. */
export function howEnded(end: TurnEnd | undefined, isCancelled: boolean): HowEnded {
  if (end?.type === 'turn.completed') return { status: 'completed', error: null }
  const isClients = end === undefined || (end.type === 'turn.interrupted' && end.reason === 'client')
  if (isCancelled || isClients) return cancelled
  const failure = failureFrom(end)
  return failedEnd({
    code: (failure && codes[failure.code]) ?? 'internal_error',
    message: failure?.message ?? 'The turn was interrupted.'
  })
}

/** No codex could be started, or no slot became free. */
const notNow: ReadonlySet<ErrorCode> = new Set(['overloaded', 'rate_limited'])

/** Whether a turn has ended because the gateway stops, or its codex has. `hasBegun`: one that has not can also be asked for later. */
export function hasStopped(end: TurnEnd | undefined, hasBegun: boolean): boolean {
  if (end?.type === 'turn.failed')
    return end.error.code === 'engine_stopped' || (!hasBegun && notNow.has(end.error.code))
  return end?.type === 'turn.interrupted' && end.reason === 'shutdown'
}
