import { combinedReport } from '../report.ts'
import type { GatewayContext, GatewayMiddleware } from '../state.ts'

/** On every answer. Nothing here is meant to be shown, framed, sniffed or cached by a browser. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store'
}

/** Headers of every answer that the pages of other origins may read. */
export const exposedHeaders = [
  'x-request-id',
  'x-codex-engine',
  'x-codex-thread-id',
  'x-codex-turn',
  'x-codex-queue-ms',
  'x-codex-first-text-ms'
]

const always = Object.entries(securityHeaders)

/** The headers that every answer has. An event stream, which opens before it is complete, calls `answerHeaders` itself. */
export function headers(): GatewayMiddleware {
  return async (ctx, next) => {
    for (const [name, value] of always) ctx.res.setHeader(name, value) // Koa's `set` costs five times as much
    await next()
    if (!ctx.headerSent) answerHeaders(ctx)
  }
}

/** The headers that are known only when the answer is: how long it took, and what is known of its turns. Call before headers go out. */
export function answerHeaders({ res, state }: GatewayContext): void {
  const { startedAt, timeHeader } = state
  const turn = combinedReport(state.turns)
  if (timeHeader !== undefined) res.setHeader(timeHeader, String(Math.round(performance.now() - startedAt)))
  if (!turn) return
  if (turn.engine !== undefined) res.setHeader('x-codex-engine', turn.engine)
  if (turn.threadId !== undefined) res.setHeader('x-codex-thread-id', turn.threadId)
  if (turn.toolResults !== undefined) res.setHeader('x-codex-turn', turn.toolResults === 'resumed' ? 'resumed' : 'new')
  if (turn.queuedMs !== undefined) res.setHeader('x-codex-queue-ms', String(Math.round(turn.queuedMs)))
  if (turn.firstTextMs !== undefined) res.setHeader('x-codex-first-text-ms', String(Math.round(turn.firstTextMs)))
}
