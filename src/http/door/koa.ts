import type { GatewayContext, GatewayMiddleware } from '../state.ts'
import type { Checks } from './checks.ts'
import { isRefusal } from './verdict.ts'
import type { Refusal } from './verdict.ts'

/** Throws the error of a request that does not pass `screen`. */
export function screening({ screen }: Checks): GatewayMiddleware {
  return (ctx, next) => {
    const refusal = screen(ctx.req)
    if (refusal) refuse(ctx, refusal)
    return next()
  }
}

/** Sets the principal of a request that is admitted, and throws the error of one that is not. Comes after `paths`. */
export function admission({ admit }: Checks): GatewayMiddleware {
  return async (ctx, next) => {
    const verdict = await admit(ctx.req, ctx.request.path)
    if (isRefusal(verdict)) refuse(ctx, verdict)
    setHeaders(ctx, verdict.headers)
    ctx.state.principal = verdict.principal
    ctx.state.isStillValid = verdict.isStillValid
    await next()
  }
}

function refuse(ctx: GatewayContext, { error, headers = {} }: Refusal): never {
  setHeaders(ctx, headers)
  throw error
}

function setHeaders({ res }: GatewayContext, headers: Readonly<Record<string, string>>): void {
  for (const name in headers) res.setHeader(name, headers[name] ?? '') // Koa's `set` costs five times as much
}
