import { describe, expect, it } from 'vitest'
import { errorAnswerFrom, errorTable } from '../../src/openai/errors.ts'
import { GatewayError } from '../../src/turn/error.ts'
import type { ErrorCode } from '../../src/turn/error.ts'

const codes = Object.keys(errorTable) as ErrorCode[]
/** Those after which the same request may succeed, as long as Codex has not acted. */
const temporary: ErrorCode[] = [
  'incomplete_request',
  'rate_limited',
  'overloaded',
  'upstream_error',
  'engine_stopped',
  'timeout',
  'internal_error'
]
const headersOf = (error: GatewayError, repeatable?: boolean) => errorAnswerFrom(error, repeatable).headers

describe('an error in OpenAI’s dialect', () => {
  it.each(codes)('advises to try again only where that may help: %s', (code) => {
    const headers = headersOf(new GatewayError(code, 'No.', { retryAfter: 7 }))
    expect(headers).toEqual(
      temporary.includes(code)
        ? { 'x-should-retry': 'true', 'retry-after': '7', 'retry-after-ms': '7000' }
        : { 'x-should-retry': 'false', ...(code === 'usage_limit_exceeded' && { 'retry-after': '7' }) } // when it is reset
    )
  })

  it.each(codes)('never advises it once Codex has acted: %s', (code) => {
    expect(headersOf(new GatewayError(code, 'No.', { retryAfter: 7 }), false)).toMatchObject({
      'x-should-retry': 'false'
    })
  })

  it('names a delay that clients obey: from 1 to 60 seconds', () => {
    const after = (retryAfter?: number) =>
      headersOf(new GatewayError('overloaded', 'No.', { retryAfter }))['retry-after']
    expect([after(), after(0), after(2), after(61)]).toEqual(['1', '1', '2', '60'])
    expect(errorAnswerFrom({ code: 'overloaded', message: 'No.', retry_after: 9 }).headers['retry-after']).toBe('9')
  })

  it('has the field, and OpenAI’s code and status for what exactly went wrong', () => {
    expect(errorAnswerFrom(new GatewayError('invalid_request', 'No.', { param: 'messages[0]' }))).toMatchObject({
      status: 400,
      body: {
        error: { message: 'No.', type: 'invalid_request_error', param: 'messages[0]', code: 'invalid_value' }
      }
    })
    expect(errorAnswerFrom(new GatewayError('too_large', 'No.', { reason: 'head_too_large' }))).toMatchObject({
      status: 431,
      body: { error: { param: null, code: 'headers_too_large' } }
    })
    expect(errorAnswerFrom(new GatewayError('not_found', 'No.', { reason: 'unknown_response' }))).toMatchObject({
      status: 404,
      body: { error: { code: 'response_not_found' } }
    })
  })
})
