import type { GatewayContext } from './state.ts'

/** The headers that are known only when the answer is: how long it took, and what its turn came to. Call before headers go out. */
export function answerHeaders(ctx: GatewayContext): void {
  const { startedAt, turn } = ctx.state
  if (startedAt !== undefined) ctx.set('openai-processing-ms', String(Math.round(performance.now() - startedAt)))
  if (!turn) return
  if (turn.engine !== undefined) ctx.set('x-codex-engine', turn.engine)
  if (turn.threadId !== undefined) ctx.set('x-codex-thread-id', turn.threadId)
  if (turn.queuedMs !== undefined) ctx.set('x-codex-queue-ms', String(Math.round(turn.queuedMs)))
  if (turn.firstTextMs !== undefined) ctx.set('x-codex-first-text-ms', String(Math.round(turn.firstTextMs)))
}
