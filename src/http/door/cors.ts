import nodeCors from 'cors'
import type { GatewayMiddleware } from '../state.ts'

const exposedHeaders = [
  'x-request-id',
  'openai-processing-ms',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ignored-parameters',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-codex-engine',
  'x-codex-thread-id',
  'x-codex-queue-ms',
  'x-codex-first-text-ms'
]

/** Lets pages of these origins read answers, and answers their preflights, which carry no token. Stands behind `origin`. */
export function cors(origins: readonly string[]): GatewayMiddleware {
  const answer = nodeCors({
    origin: [...origins],
    methods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    exposedHeaders,
    maxAge: 600
  })
  return async (ctx, next) => {
    let goesOn = true
    if (ctx.req.headers.origin !== undefined) {
      goesOn = false
      answer(ctx.req, ctx.res, () => (goesOn = true)) // it works at once
    }
    if (goesOn) await next()
    else ctx.respond = false
  }
}
