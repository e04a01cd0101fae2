import type { GatewayMiddleware } from './state.ts'

/** On every answer. Nothing here is meant to be shown, framed, guessed at or kept by a browser. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store'
}

/** Sets them first, so that an answer may say better. */
export function security(): GatewayMiddleware {
  return (ctx, next) => {
    ctx.set(securityHeaders)
    return next()
  }
}
