/** Everything that can go wrong, as a closed list; `http/errors` says what each becomes on the wire. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'too_large'
  | 'headers_too_large'
  | 'unsupported_media_type'
  | 'model_not_found'
  | 'thread_not_found'
  | 'thread_busy'
  | 'context_length_exceeded'
  | 'usage_limit_exceeded'
  | 'rate_limited'
  | 'overloaded'
  | 'unsupported'
  | 'upstream_auth'
  | 'upstream_error'
  | 'engine_stopped'
  | 'timeout'
  | 'internal_error'

export interface ErrorDetails {
  /** The request field at fault, written as a path: `messages[1].role`. */
  param?: string
  /** A more exact `code` for the wire than the one the table gives, such as `invalid_api_key`. */
  wireCode?: string
  /** Whole seconds after which trying again makes sense. */
  retryAfter?: number
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
  readonly wireCode: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.param = details.param
    this.wireCode = details.wireCode
    this.retryAfter = details.retryAfter
  }
}

/** What a turn that failed says of it. `param` is a field of the turn's request, or of what its client sent. `retry_after` is in seconds. */
export interface TurnError {
  code: ErrorCode
  message: string
  param?: string
  retry_after?: number
}

/** Any thrown value as the error of a turn; a stranger's message is not passed on. */
export function turnErrorFrom(error: unknown): TurnError {
  if (!(error instanceof GatewayError))
    return { code: 'internal_error', message: 'The gateway failed to run this turn.' }
  const { code, message, param, retryAfter } = error
  return {
    code,
    message,
    ...(param !== undefined && { param }),
    ...(retryAfter !== undefined && { retry_after: retryAfter })
  }
}
