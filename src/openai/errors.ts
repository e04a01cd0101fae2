import type { ErrorCode, GatewayError, TurnError } from '../turn/error.ts'

/** What OpenAI's clients read on every failure. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null }
}

interface Row {
  status: number
  type: string
  code: string | null
  /** Whether trying again may help. Once a turn has begun it is never advised: the agent would act twice. */
  retry: boolean
}

const row = (status: number, type: string, code: string | null, retry = false): Row => ({ status, type, code, retry })

/** The one table from what went wrong to what a client is told. */
export const errorTable: Readonly<Record<ErrorCode, Row>> = {
  invalid_request: row(400, 'invalid_request_error', 'invalid_value'),
  unauthorized: row(401, 'invalid_request_error', 'invalid_api_key'),
  forbidden: row(403, 'permission_error', 'forbidden'),
  not_found: row(404, 'invalid_request_error', 'unknown_url'),
  method_not_allowed: row(405, 'invalid_request_error', 'method_not_supported'),
  request_timeout: row(408, 'invalid_request_error', 'request_timeout', true),
  too_large: row(413, 'invalid_request_error', 'request_too_large'),
  headers_too_large: row(431, 'invalid_request_error', 'headers_too_large'),
  unsupported_media_type: row(415, 'invalid_request_error', 'unsupported_media_type'),
  model_not_found: row(404, 'invalid_request_error', 'model_not_found'),
  thread_not_found: row(404, 'invalid_request_error', 'thread_not_found'),
  thread_busy: row(409, 'invalid_request_error', 'thread_busy'),
  context_length_exceeded: row(400, 'invalid_request_error', 'context_length_exceeded'),
  usage_limit_exceeded: row(429, 'insufficient_quota', 'insufficient_quota'),
  rate_limited: row(429, 'rate_limit_error', 'rate_limit_exceeded', true),
  overloaded: row(503, 'server_error', 'overloaded', true),
  unsupported: row(400, 'invalid_request_error', 'unsupported_parameter'),
  upstream_auth: row(502, 'server_error', 'upstream_auth_error'),
  upstream_error: row(502, 'server_error', 'upstream_error'),
  engine_stopped: row(502, 'server_error', 'engine_stopped'),
  timeout: row(504, 'server_error', 'timeout'),
  internal_error: row(500, 'server_error', 'internal_error')
}

/** A failure as it goes on the wire. */
export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: ErrorBody
}

/** Says a failure in OpenAI's words. `turnStarted`: Codex may already have acted, so nobody should try again by itself. */
export function errorAnswerFrom(error: GatewayError | TurnError, turnStarted = false): ErrorAnswer {
  const { status, type, code, retry } = errorTable[error.code]
  const wireCode = 'wireCode' in error ? error.wireCode : undefined
  const after = 'retryAfter' in error ? error.retryAfter : 'retry_after' in error ? error.retry_after : undefined
  const retryAfter = retry ? Math.min(Math.max(after ?? 1, 1), 60) : after // beyond 60 s openai-node ignores the header
  return {
    status,
    headers: {
      'x-should-retry': String(retry && !turnStarted),
      ...(retryAfter !== undefined && {
        'retry-after': String(retryAfter),
        'retry-after-ms': String(retryAfter * 1000)
      })
    },
    body: { error: { message: error.message, type, param: error.param ?? null, code: wireCode ?? code } }
  }
}
