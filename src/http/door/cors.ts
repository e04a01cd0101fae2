import nodeCors from 'cors'
import type { GatewayMiddleware } from '../state.ts'

export interface CorsOptions {
  origins: readonly string[]
  methods: readonly string[]
  /** Headers of answers that the pages may read. */
  exposedHeaders: readonly string[]
}

/** Lets pages of these origins read answers, and answers their preflights, which carry no token. Comes after `screening`. */
export function cors({ origins, methods, exposedHeaders }: CorsOptions): GatewayMiddleware {
  const answer = nodeCors({
    origin: [...origins],
    methods: [...methods, 'OPTIONS'],
    exposedHeaders: [...exposedHeaders],
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
