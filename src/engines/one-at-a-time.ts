import { GatewayError } from '../turn/error.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import { isPersistent } from '../turn/thread.ts'

/** A turn that runs on a thread. */
interface Holder {
  /** Its end was emitted; only its process or its thread is still being cleared. */
  ended: boolean
  freed: Promise<void>
}

/** Lets one turn at a time run on a persistent thread: a second one would steer the first, or tear its file (codex-cli 0.169). */
export class OneAtATime {
  readonly #holders = new Map<string, Holder>()

  /** Fails with `thread_busy` while another turn runs on the thread, and waits for one that is only being cleared. Other turns just run. */
  run(request: TurnRequest, events: AsyncIterable<TurnEvent>): AsyncIterable<TurnEvent> {
    return isPersistent(request) ? this.#alone(request, events) : events
  }

  async *#alone({ thread }: TurnRequest, events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
    let free = () => {}
    const holder: Holder = { ended: false, freed: new Promise((resolve) => (free = resolve)) }
    let id = thread?.kind === 'resume' ? thread.id : undefined
    if (id !== undefined) await this.#take(id, holder)
    try {
      for await (const event of events) {
        if (event.type === 'thread.started' && id === undefined) this.#holders.set((id = event.thread_id), holder)
        holder.ended = isTurnEnd(event)
        yield event
      }
    } finally {
      if (id !== undefined) this.#holders.delete(id)
      free()
    }
  }

  async #take(id: string, holder: Holder): Promise<void> {
    for (let other = this.#holders.get(id); other; other = this.#holders.get(id)) {
      if (!other.ended) throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
      await other.freed
    }
    this.#holders.set(id, holder)
  }
}
