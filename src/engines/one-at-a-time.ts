import { GatewayError } from '../turn/error.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'

interface Holder {
  /** The turn has said its last word; what holds its thread is only being ended. */
  ended: boolean
  freed: Promise<void>
}

/** Lets one turn at a time run on a thread that is kept: a second one would steer the first, or tear its file (codex-cli 0.169). */
export class OneAtATime {
  readonly #holders = new Map<string, Holder>()

  /** Fails with `thread_busy` while another turn runs; waits where it is only being cleared away. A turn whose thread is not kept just runs. */
  run(request: TurnRequest, events: AsyncIterable<TurnEvent>): AsyncIterable<TurnEvent> {
    return request.threadId === undefined && request.ephemeral !== false ? events : this.#alone(request, events)
  }

  async *#alone({ threadId, forkAfter }: TurnRequest, events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
    let free = () => {}
    const holder: Holder = { ended: false, freed: new Promise((resolve) => (free = resolve)) }
    let held = forkAfter === undefined ? threadId : undefined
    if (held !== undefined) await this.#take(held, holder)
    try {
      for await (const event of events) {
        if (event.type === 'thread.started' && held === undefined) this.#holders.set((held = event.thread_id), holder)
        holder.ended = isTurnEnd(event)
        yield event
      }
    } finally {
      if (held !== undefined) this.#holders.delete(held)
      free()
    }
  }

  async #take(threadId: string, holder: Holder): Promise<void> {
    for (let other = this.#holders.get(threadId); other; other = this.#holders.get(threadId)) {
      if (!other.ended) throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
      await other.freed
    }
    this.#holders.set(threadId, holder)
  }
}
