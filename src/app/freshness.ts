import type { GatewayMiddleware } from '../http/state.ts'
import type { Neighbours } from '../work/work.ts'

/** Paths that read nothing that is stored. */
const stateless = new Set([
  '/chat/completions',
  '/completions',
  '/models',
  '/healthz',
  '/health',
  '/readyz',
  '/ready',
  '/metrics'
])

/** What was written or deleted at one front end is seen so by every request to another one that comes after its answer. */
export function freshness(neighbours: Neighbours): GatewayMiddleware {
  return async (ctx, next) => {
    const reads = !stateless.has(ctx.path) || (ctx.method !== 'POST' && ctx.path.startsWith('/chat'))
    if (reads) await neighbours.fresh().catch(() => {}) // the broker is away: what is here is answered
    await next()
    if (!reads || ctx.method === 'GET' || ctx.headerSent) return
    const settled = neighbours.settled()
    await (ctx.method === 'DELETE' ? settled : settled.catch(() => {})) // what could not be sent is sent again, if not after a crash
  }
}
