import { Lifetimes } from '../turn/lifetimes.ts'
import type { GatewayContext } from './state.ts'

/**
 * The signal that ends the work done for this request. Its reason is `client` when the connection
 * closed before the answer was complete, streamed or not, and `shutdown` when the gateway stops.
 * Koa reports neither: a generator's `finally` does not run while it awaits.
 */
export function lifetime(ctx: GatewayContext): AbortSignal {
  return (ctx.state.lifetime ??= begun(ctx))
}

function begun({ res, state }: GatewayContext): AbortSignal {
  const isAdmitted = () => state.turns?.at(-1)?.admitted ?? false
  const { controller, done } = (state.lifetimes ?? new Lifetimes()).begin(isAdmitted)
  res.once('close', () => {
    if (!res.writableFinished) controller.abort('client')
    done()
  })
  if (res.closed && !controller.signal.aborted) controller.abort('client')
  return controller.signal
}
