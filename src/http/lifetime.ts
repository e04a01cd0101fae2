import type { GatewayContext } from './state.ts'

interface Life {
  ctx: GatewayContext
  controller: AbortController
}

/**
 * The signal that ends the work done for this request. Its reason is `client` when the connection
 * closed before the answer was complete, streamed or not, and `shutdown` when the gateway stops.
 * Koa says neither: a generator's `finally` does not run while it awaits.
 */
export function lifetime(ctx: GatewayContext): AbortSignal {
  ctx.state.lifetime ??= (ctx.state.lifetimes ?? new Lifetimes()).open(ctx)
  return ctx.state.lifetime
}

/** The lifetimes of all requests that do work, for a gateway that has to stop. */
export class Lifetimes {
  readonly #open = new Set<Life>()
  #draining = false
  #emptied: (() => void) | undefined

  get draining(): boolean {
    return this.#draining
  }

  /** How much is at work. */
  get size(): number {
    return this.#open.size
  }

  /** The signal for a request that begins its work; see `lifetime`. */
  open(ctx: GatewayContext): AbortSignal {
    const { controller, done } = this.detach(ctx)
    ctx.res.once('close', () => {
      if (!ctx.res.writableFinished) controller.abort('client')
      done()
    })
    if (ctx.res.closed && !controller.signal.aborted) controller.abort('client')
    return controller.signal
  }

  /** For work that goes on when its request has been answered, until `done` is called. */
  detach(ctx: GatewayContext): { controller: AbortController; done: () => void } {
    const life = { ctx, controller: new AbortController() }
    this.#open.add(life)
    if (this.#draining) life.controller.abort('shutdown')
    const done = () => {
      this.#open.delete(life)
      if (this.#open.size === 0) this.#emptied?.()
    }
    return { controller: life.controller, done }
  }

  /** From now on work is ended as it begins; what still waits for a slot is ended too. Resolves when nothing is at work. */
  async drain(): Promise<void> {
    this.#draining = true
    for (const { ctx, controller } of this.#open) if (!ctx.state.turns?.at(-1)?.admitted) controller.abort('shutdown')
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve))
  }

  /** Interrupts everything at work. */
  end(): void {
    this.#draining = true
    for (const { controller } of this.#open) controller.abort('shutdown')
  }
}
