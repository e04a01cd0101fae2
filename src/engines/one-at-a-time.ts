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

/** Runs one turn at a time on a persistent thread: a second one would steer the first, or damage its file (codex-cli 0.169). */
export class OneAtATime {
  readonly #holders = new Map<string, Holder>()

  /** Fails with `thread_busy` while another turn runs on the thread, and waits for one that is only being cleared. Other turns just run. */
  run(request: TurnRequest, events: AsyncIterable<TurnEvent>): AsyncIterable<TurnEvent> {
    return isPersistent(request) ? this.#alone(request, events) : events
  }

  async *#alone({ thread, workspace = '' }: TurnRequest, events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
    let free = () => {}
    const holder: Holder = { ended: false, freed: new Promise((resolve) => (free = resolve)) }
    let key = thread?.kind === 'resume' ? `${workspace} ${thread.id}` : undefined
    if (key !== undefined) await this.#take(key, holder)
    try {
      for await (const event of events) {
        if (event.type === 'thread.started') this.#holders.set((key ??= `${workspace} ${event.thread_id}`), holder)
        holder.ended = isTurnEnd(event)
        yield event
      }
    } finally {
      if (key !== undefined) this.#holders.delete(key)
      free()
    }
  }

  async #take(key: string, holder: Holder): Promise<void> {
    for (let other = this.#holders.get(key); other; other = this.#holders.get(key)) {
      if (!other.ended) throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
      await other.freed
    }
    this.#holders.set(key, holder)
  }
}
