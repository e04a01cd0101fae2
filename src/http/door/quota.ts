import { GatewayError } from '../../turn/error.ts'
import { RateLimit } from '../../access/rate.ts'
import type { GatewayMiddleware } from '../state.ts'

/** Requests a minute for each client, told in OpenAI's headers. 0 sets no limit. Stands behind `auth`. */
export function quota(
  perMinute: number,
  isFree: (method: string, path: string) => boolean = () => false
): GatewayMiddleware {
  if (perMinute === 0) return (_ctx, next) => next()
  const limit = new RateLimit(perMinute)
  return (ctx, next) => {
    if (isFree(ctx.method, ctx.path)) return next()
    const { allowed, remaining, waitMs, resetMs } = limit.take(ctx.state.principal.id)
    ctx.set({
      'x-ratelimit-limit-requests': String(perMinute),
      'x-ratelimit-remaining-requests': String(remaining),
      'x-ratelimit-reset-requests': `${Math.ceil(resetMs / 1000)}s`
    })
    if (!allowed)
      throw new GatewayError('rate_limited', `This API key may make ${perMinute} requests a minute.`, {
        retryAfter: Math.ceil(waitMs / 1000)
      })
    return next()
  }
}
