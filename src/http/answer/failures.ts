import { GatewayError, shuttingDown } from '../../turn/error.ts'
import { isRepeatable } from '../../turn/report.ts'
import type { ErrorAnswer, ErrorDialect } from '../api.ts'
import type { GatewayContext, GatewayMiddleware } from '../state.ts'
import { linger } from './linger.ts'

export interface FailureOptions {
  /** The dialect of the API that the request belongs to. */
  dialectFor: (ctx: GatewayContext) => ErrorDialect
  /** Logs what no client may read: a bug, or the cause of a failure. */
  log: (error: unknown, ctx: GatewayContext) => void
}

/** Answers with any error thrown by later middleware, in the dialect of its API. What is not a `GatewayError` is a bug: its text goes to the log alone. */
export function failures({ dialectFor, log }: FailureOptions): GatewayMiddleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (thrown) {
      const error = thrown === 'shutdown' ? shuttingDown() : thrown // the reason by which a lifetime ends
      const expected = error instanceof GatewayError
      if (!expected || error.cause !== undefined) log(error, ctx)
      const shown = expected ? error : new GatewayError('internal_error', 'The gateway failed to answer this request.')
      const { answer } = dialectFor(ctx)
      if (ctx.state.openedEarly) ctx.res.end(JSON.stringify(answer(shown).body))
      else if (ctx.headerSent) ctx.res.destroy() // half an answer cannot be taken back, only broken off
      else await send(ctx, answer(shown, ctx.state.turns?.every(isRepeatable)))
    }
  }
}

async function send(ctx: GatewayContext, { status, headers, body }: ErrorAnswer): Promise<void> {
  ctx.status = status
  ctx.set(headers)
  const text = JSON.stringify(body)
  ctx.type = 'json'
  ctx.body = text
  await linger(ctx, text)
}
