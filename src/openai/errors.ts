import { z } from 'zod'
import type { ErrorCode, ErrorReason, GatewayError, TurnError } from '../turn/error.ts'

/** What OpenAI's clients read on every failure. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null }
}

interface Row {
  status: number
  type: string
  code: string | null
  /** Whether trying again may help. It is never advised once Codex has acted: it would act twice. */
  retry: boolean
}

const row = (status: number, type: string, code: string | null, retry = false): Row => ({ status, type, code, retry })

/** From what went wrong to what OpenAI's clients are sent. */
export const errorTable: Readonly<Record<ErrorCode, Row>> = {
  invalid_request: row(400, 'invalid_request_error', 'invalid_value'),
  unauthenticated: row(401, 'invalid_request_error', 'invalid_api_key'),
  forbidden: row(403, 'permission_error', 'forbidden'),
  not_found: row(404, 'invalid_request_error', 'unknown_url'),
  unsupported_method: row(405, 'invalid_request_error', 'method_not_supported'),
  incomplete_request: row(408, 'invalid_request_error', 'request_timeout', true),
  too_large: row(413, 'invalid_request_error', 'request_too_large'),
  unsupported_format: row(415, 'invalid_request_error', 'unsupported_media_type'),
  workspace_not_found: row(404, 'invalid_request_error', 'workspace_not_found'),
  model_not_found: row(404, 'invalid_request_error', 'model_not_found'),
  thread_not_found: row(404, 'invalid_request_error', 'thread_not_found'),
  thread_busy: row(409, 'invalid_request_error', 'thread_busy'),
  turn_not_found: row(404, 'invalid_request_error', 'turn_not_found'),
  conflict: row(409, 'invalid_request_error', 'conflict'),
  context_length_exceeded: row(400, 'invalid_request_error', 'context_length_exceeded'),
  usage_limit_exceeded: row(429, 'insufficient_quota', 'insufficient_quota'),
  rate_limited: row(429, 'rate_limit_error', 'rate_limit_exceeded', true),
  overloaded: row(503, 'server_error', 'overloaded', true),
  unsupported: row(400, 'invalid_request_error', 'unsupported_parameter'),
  codex_not_logged_in: row(503, 'server_error', 'codex_not_logged_in'), // no retry: it takes a person
  upstream_auth: row(502, 'server_error', 'upstream_auth_error'),
  upstream_error: row(502, 'server_error', 'upstream_error', true),
  engine_stopped: row(502, 'server_error', 'engine_stopped', true),
  timeout: row(504, 'server_error', 'timeout', true),
  internal_error: row(500, 'server_error', 'internal_error', true)
}

/** Where OpenAI has a code, or a status, of its own for what exactly went wrong. */
const reasons: Readonly<Record<ErrorReason, { code: string; status?: number }>> = {
  malformed: { code: 'bad_request' },
  head_too_large: { code: 'headers_too_large', status: 431 },
  invalid_json: { code: 'invalid_json' },
  invalid_encoding: { code: 'invalid_encoding' },
  too_deep: { code: 'too_deep' },
  too_many_values: { code: 'too_many_values' },
  missing_field: { code: 'missing_required_parameter' },
  wrong_type: { code: 'invalid_type' },
  missing_credentials: { code: 'missing_api_key' },
  unknown_host: { code: 'host_not_allowed' },
  unknown_origin: { code: 'origin_not_allowed' },
  unknown_response: { code: 'response_not_found' },
  unknown_previous_response: { code: 'previous_response_not_found' },
  unfinished_previous_response: { code: 'previous_response_in_progress' },
  unknown_conversation: { code: 'conversation_not_found' },
  unknown_item: { code: 'item_not_found' },
  unknown_completion: { code: 'chat_completion_not_found' },
  unknown_session: { code: 'session_not_found' },
  unknown_webhook_endpoint: { code: 'webhook_endpoint_not_found' },
  retired: { code: 'retired', status: 410 },
  token_in_url: { code: 'token_in_url' },
  insufficient_scope: { code: 'insufficient_scope' },
  conversation_locked: { code: 'conversation_locked', status: 400 },
  mutually_exclusive: { code: 'mutually_exclusive_parameters' },
  invalid_function_parameters: { code: 'invalid_function_parameters' },
  shutting_down: { code: 'service_unavailable' },
  invalid_schema: { code: 'invalid_json_schema' },
  invalid_tool_schema: { code: 'invalid_function_parameters' },
  invalid_reasoning: { code: 'invalid_encrypted_content' },
  invalid_beta: { code: 'invalid_beta' },
  session_budget_exceeded: { code: 'session_budget_exceeded' },
  unsupported_operation: { code: 'unsupported_operation' },
  unknown_resource: { code: 'not_found_error' },
  idempotency_conflict: { code: 'idempotency_conflict' },
  workspace_busy: { code: 'workspace_busy' },
  answer_mismatch: { code: 'upstream_error' },
  verifier_unavailable: { code: 'verifier_unavailable' },
  worker_lost: { code: 'engine_stopped' }
}

/** Seconds. openai-node ignores a Retry-After of more than 60. */
const longestRetry = 60

/** A failure as it goes on the wire. */
export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: ErrorBody
}

/** A failure in OpenAI's dialect. `repeatable`: to send the request again repeats nothing that Codex has done. */
export function errorAnswerFrom(error: GatewayError | TurnError, repeatable = true): ErrorAnswer {
  const row = errorTable[error.code]
  const { type, retry } = row
  const { status, code }: { status: number; code: string | null } = { ...row, ...exactly(error) }
  const after = 'retryAfter' in error ? error.retryAfter : 'retry_after' in error ? error.retry_after : undefined
  const retries = retry && repeatable
  const retryAfter = retries ? Math.min(Math.max(after ?? 1, 1), longestRetry) : undefined
  const resetAfter = error.code === 'usage_limit_exceeded' ? after : undefined // the SDKs do not retry, but people read it
  return {
    status,
    headers: {
      'x-should-retry': String(retries),
      ...(resetAfter !== undefined && { 'retry-after': String(resetAfter) }),
      ...(retryAfter !== undefined && {
        'retry-after': String(retryAfter),
        'retry-after-ms': String(retryAfter * 1000)
      })
    },
    body: { error: { message: error.message, type, param: error.param ?? null, code } }
  }
}

const exactly = (error: GatewayError | TurnError) =>
  'reason' in error && error.reason ? reasons[error.reason] : undefined

const schema: z.ZodType<ErrorBody> = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable()
  })
})

/** How OpenAI's APIs answer a failure: an `ErrorDialect`. */
export const openaiErrors = {
  answer: errorAnswerFrom,
  schema,
  exposes: ['retry-after', 'retry-after-ms', 'x-should-retry']
}
