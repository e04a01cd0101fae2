import { describe, expect, it } from 'vitest'
import { turnErrorFromCodex } from '../../../src/codex/wire/failure.ts'

const url = 'http://127.0.0.1:1/secret/v1/responses'
/** The texts that codex-cli 0.169 wrote for each upstream answer. */
const said: [string, string][] = [
  ['{"error":{"message":"bad","type":"invalid_request_error","code":"x","param":null}}', 'invalid_request'],
  [
    "Codex ran out of room in the model's context window. Start a new thread or clear earlier history before retrying.",
    'context_length_exceeded'
  ],
  [`unexpected status 401 Unauthorized: bad key sk-secret, url: ${url}`, 'upstream_auth'],
  [`unexpected status 403 Forbidden: upstream says no, url: ${url}`, 'upstream_auth'],
  ['The model `x` does not exist or you do not have access to it.', 'model_not_found'],
  [`unexpected status 404 Not Found: upstream says x, url: ${url}`, 'model_not_found'],
  ['exceeded retry limit, last status: 429 Too Many Requests', 'rate_limited'],
  ['You’ve hit your usage limit. Try again later.', 'usage_limit_exceeded'],
  ['Quota exceeded. Check your plan and billing details.', 'usage_limit_exceeded'],
  ['We’re currently experiencing high demand, which may cause temporary errors.', 'upstream_error'], // this is a plain 500
  ['Selected model is at capacity. Please try a different model.', 'overloaded'],
  [`unexpected status 503 Service Unavailable: upstream says x, url: ${url}`, 'overloaded'],
  ['stream disconnected before completion: stream closed before response.completed', 'upstream_error'],
  ['', 'upstream_error']
]

describe('a failure that codex tells', () => {
  it.each(said)('%s is %s', (message, code) => {
    expect(turnErrorFromCodex(message).code).toBe(code)
  })

  it('names the field when the provider refuses the JSON schema', () => {
    const error = turnErrorFromCodex(
      '{"error":{"message":"Invalid schema","type":"invalid_request_error","code":"invalid_json_schema","param":"text.format.schema"}}'
    )
    expect(error).toMatchObject({ code: 'invalid_request', param: 'outputSchema' })
  })

  it('passes on nothing of what the provider wrote', () => {
    for (const [message] of said)
      expect(JSON.stringify(turnErrorFromCodex(message))).not.toMatch(/sk-secret|127\.0\.0\.1|upstream says/)
  })
})
