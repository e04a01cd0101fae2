import type { Principal } from '../../access/principal.ts'
import { RateLimit } from '../../access/rate.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Admitted, Refusal } from './verdict.ts'

/** Counts a request of the principal: its own requests per minute, or else `perMinute`; 0 is no limit. The headers are OpenAI's. */
export function quotaCheck(perMinute: number): (principal: Principal) => Admitted | Refusal {
  const rate = new RateLimit(perMinute)
  return (principal) => {
    const limit = principal.limits.requestsPerMinute ?? perMinute
    if (limit === 0) return { principal, headers: {} }
    const { allowed, remaining, waitMs, resetMs } = rate.take(principal.id, limit)
    const headers = {
      'x-ratelimit-limit-requests': String(limit),
      'x-ratelimit-remaining-requests': String(remaining),
      'x-ratelimit-reset-requests': `${Math.ceil(resetMs / 1000)}s`
    }
    if (allowed) return { principal, headers }
    const retryAfter = Math.ceil(waitMs / 1000)
    const error = new GatewayError('rate_limited', `This API key may make ${limit} requests a minute.`, { retryAfter })
    return { error, headers }
  }
}
