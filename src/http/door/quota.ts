import type { Principal } from '../../access/principal.ts'
import { RateLimit } from '../../access/rate.ts'
import type { Allowance } from '../../access/rate.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Admitted, Refusal } from './verdict.ts'

/** Counts one for a key, of so many a minute: here, unless several gateways count together. */
export type TakeRequest = (key: string, perMinute: number) => Allowance | Promise<Allowance>

/** Counts a request of the principal: its own requests per minute, or else `perMinute`; 0 is no limit. The headers are OpenAI's. */
export function quotaCheck(
  perMinute: number,
  take: TakeRequest = localRate(perMinute)
): (principal: Principal) => Admitted | Refusal | Promise<Admitted | Refusal> {
  return (principal) => {
    const limit = principal.limits.requestsPerMinute ?? perMinute
    if (limit === 0) return { principal, headers: {} }
    const allowance = take(principal.id, limit)
    const verdict = (found: Allowance) => verdictOn(principal, limit, found)
    return allowance instanceof Promise ? allowance.then(verdict) : verdict(allowance)
  }
}

function localRate(perMinute: number): TakeRequest {
  const rate = new RateLimit(perMinute)
  return (key, limit) => rate.take(key, limit)
}

function verdictOn(
  principal: Principal,
  limit: number,
  { allowed, remaining, waitMs, resetMs }: Allowance
): Admitted | Refusal {
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
