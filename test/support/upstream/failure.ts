import { stream, usualUsage, wireUsage } from './answer.ts'
import { message } from './items.ts'
import type { Script } from './script.ts'

interface FailureBody {
  message: string
  type: string
  code?: string | null
  param?: string | null
  [more: string]: unknown
}

/** An HTTP status with an error body like OpenAI's. */
export function failure(status: number, error: FailureBody, headers: Record<string, string> = {}): Script {
  const body = JSON.stringify({ error: { param: null, code: null, ...error } })
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-request-id': 'req_scripted', ...headers },
    pieces: [body]
  }
}

/** 429 for too many requests; `retryAfter` in seconds. */
export function rateLimited(retryAfter?: number): Script {
  const error = {
    message: 'Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1.',
    type: 'requests',
    code: 'rate_limit_exceeded'
  }
  return failure(429, error, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
}

/** What the real API says, each with its status. */
export const failures = {
  badRequest: failure(400, {
    message: "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
    type: 'invalid_request_error',
    param: 'reasoning.effort',
    code: 'unsupported_parameter'
  }),
  contextLength: failure(400, {
    message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
    type: 'invalid_request_error',
    param: 'input',
    code: 'context_length_exceeded'
  }),
  unauthorized: failure(401, {
    message:
      'Incorrect API key provided: sk-wrong. You can find your API key at https://platform.openai.com/account/api-keys.',
    type: 'invalid_request_error',
    code: 'invalid_api_key'
  }),
  forbidden: failure(403, {
    message: 'Country, region, or territory not supported',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory'
  }),
  modelNotFound: failure(404, {
    message: 'The model `gpt-none` does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found'
  }),
  usageLimit: failure(429, {
    message: 'The usage limit has been reached',
    type: 'usage_limit_reached',
    plan_type: 'plus',
    resets_in_seconds: 3600
  }),
  quota: failure(429, {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota'
  }),
  server: failure(500, {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error'
  }),
  overloaded: failure(503, {
    message: 'Our servers are currently overloaded. Please try again later.',
    type: 'server_error',
    code: 'server_is_overloaded'
  })
} satisfies Record<string, Script>

/** A stream that ends in `response.failed`, after a message if one is given. */
export function failsWith(code: string, text: string, said?: string): Script {
  return stream(said === undefined ? [] : [message(said)], 'failed', { error: { code, message: text } })
}

/** A stream that ends in `response.incomplete`, after a message. */
export function incomplete(reason: 'max_output_tokens' | 'content_filter', said: string): Script {
  return stream([message(said)], 'incomplete', { incomplete_details: { reason }, usage: wireUsage(usualUsage) })
}

/** The script with `text` in the place of its last event: half an event, no JSON, anything. */
export function garbled(script: Script, text: string): Script {
  return { ...script, pieces: [...script.pieces.slice(0, -1), text] }
}
