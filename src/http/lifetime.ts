import { Lifetimes } from '../turn/lifetimes.ts'
import type { GatewayContext } from './state.ts'

/**
 * The signal that ends the work done for this request. Its reason is `client` when the connection
 * closed before the answer was complete, streamed or not, and `shutdown` when the gateway stops.
 * Koa reports neither: a generator's `finally` does not run while it awaits. `isAdmitted`: the work may finish when the gateway
 * stops; it may once its turn has a slot, when left out.
 */
export function lifetime(ctx: GatewayContext, isAdmitted = () => hasSlot(ctx)): AbortSignal {
  return (ctx.state.lifetime ??= begun(ctx, isAdmitted))
}

const hasSlot = ({ state }: GatewayContext) => state.turns?.at(-1)?.admitted ?? false

function begun({ res, state }: GatewayContext, isAdmitted: () => boolean): AbortSignal {
  const { controller, done } = (state.lifetimes ?? new Lifetimes()).begin(isAdmitted)
  res.once('close', () => {
    if (!res.writableFinished) controller.abort('client')
    done()
  })
  if (res.closed && !controller.signal.aborted) controller.abort('client')
  return controller.signal
}
