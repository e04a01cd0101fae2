/** Everything that can go wrong, as a closed list. Each dialect maps it to the wire in one table. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'unsupported_method'
  | 'unsupported_format'
  | 'incomplete_request'
  | 'too_large'
  | 'workspace_not_found'
  | 'model_not_found'
  | 'thread_not_found'
  | 'thread_busy'
  | 'turn_not_found'
  | 'conflict'
  | 'context_length_exceeded'
  | 'usage_limit_exceeded'
  | 'rate_limited'
  | 'overloaded'
  | 'unsupported'
  | 'codex_not_logged_in'
  | 'upstream_auth'
  | 'upstream_error'
  | 'engine_stopped'
  | 'timeout'
  | 'internal_error'

/** What exactly went wrong, for dialects that have words of their own for it. */
export type ErrorReason =
  | 'malformed'
  | 'head_too_large'
  | 'invalid_json'
  | 'invalid_encoding'
  | 'too_deep'
  | 'too_many_values'
  | 'missing_field'
  | 'wrong_type'
  | 'missing_credentials'
  | 'unknown_host'
  | 'unknown_origin'
  | 'unknown_response'
  | 'unknown_previous_response'
  | 'unfinished_previous_response'
  | 'unknown_conversation'
  | 'unknown_item'
  | 'unknown_completion'
  | 'unknown_session'
  | 'unknown_webhook_endpoint'
  | 'retired'
  | 'token_in_url'
  | 'insufficient_scope'
  | 'conversation_locked'
  | 'mutually_exclusive'
  | 'invalid_function_parameters'
  | 'shutting_down'
  | 'invalid_schema'
  | 'invalid_tool_schema'
  | 'invalid_reasoning'
  | 'invalid_beta'
  | 'unsupported_operation'
  | 'unknown_resource'
  | 'idempotency_conflict'
  | 'session_budget_exceeded'
  | 'workspace_busy'
  | 'answer_mismatch'
  | 'verifier_unavailable'
  | 'worker_lost'

export interface ErrorDetails {
  /** The request field at fault, written as a path: `messages[1].role`. */
  param?: string | undefined
  reason?: ErrorReason | undefined
  /** Whole seconds after which trying again makes sense. */
  retryAfter?: number | undefined
  cause?: unknown
}

/**
 * The one error class. Its message is written for the caller: it never holds a child's
 * stderr, an upstream body, a URL or a secret; those belong in `cause`, which is only logged.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly reason: ErrorReason | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.param = details.param
    this.reason = details.reason
    this.retryAfter = details.retryAfter
  }
}

/** The error of a turn that failed. `param` is a field of the turn's request, or of what its client sent. `retry_after` is in seconds. */
export interface TurnError {
  code: ErrorCode
  message: string
  param?: string
  reason?: ErrorReason
  retry_after?: number
}

/** Any thrown value as the error of a turn; a stranger's message is not passed on. */
export function turnErrorFrom(error: unknown): TurnError {
  if (!(error instanceof GatewayError))
    return { code: 'internal_error', message: 'The gateway failed to run this turn.' }
  const { code, message, param, reason, retryAfter } = error
  return {
    code,
    message,
    ...(param !== undefined && { param }),
    ...(reason !== undefined && { reason }),
    ...(retryAfter !== undefined && { retry_after: retryAfter })
  }
}

/** The error that `turnErrorFrom` has written down, possibly in another process. */
export const errorOf = ({ code, message, param, reason, retry_after: retryAfter }: TurnError): GatewayError =>
  new GatewayError(code, message, { param, reason, retryAfter })

/** The failure of whatever is asked for, or still at work, while the gateway stops. */
export const shuttingDown = (): GatewayError =>
  new GatewayError('overloaded', 'The gateway is shutting down.', { reason: 'shutting_down', retryAfter: 5 })
