import { GatewayError } from '../../turn/error.ts'
import { errorAnswerFrom } from '../../openai/errors.ts'
import { linger } from './linger.ts'
import type { GatewayContext, GatewayMiddleware } from '../state.ts'

/** Answers whatever is thrown below it. What is not a `GatewayError` is a bug: `unknown` is told, the client is not. */
export function failures(unknown: (error: unknown, ctx: GatewayContext) => void): GatewayMiddleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const expected = error instanceof GatewayError
      if (!expected || error.cause !== undefined) unknown(error, ctx)
      const told = expected ? error : new GatewayError('internal_error', 'The gateway failed to answer this request.')
      if (ctx.state.openedEarly) ctx.res.end(JSON.stringify(errorAnswerFrom(told).body))
      else if (ctx.headerSent)
        ctx.res.destroy() // half an answer cannot be taken back, only broken off
      else await answer(ctx, told)
    }
  }
}

async function answer(ctx: GatewayContext, error: GatewayError): Promise<void> {
  const { status, headers, body } = errorAnswerFrom(
    error,
    ctx.state.turns?.some((turn) => turn.started)
  )
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
  await linger(ctx)
}
