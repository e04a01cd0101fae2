import { GatewayError } from '../turn/error.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import { isPersistent } from '../turn/thread.ts'

/** A turn that runs on a thread. */
interface Holder {
  /** Its end is known or was emitted; only its process or its thread is still being cleared. */
  hasEnded: () => boolean
  freed: Promise<void>
}

/** Runs one turn at a time on a persistent thread: a second one would steer the first, or damage its file (codex-cli 0.169). */
export class OneAtATime {
  readonly #holders = new Map<string, Holder>()

  /**
   * Fails with `thread_busy` while another turn runs on the thread, and waits for one that is only being cleared. Other turns just run.
   * `isOver`: whether others are told already that this turn has ended, before it emits its end.
   */
  run(
    request: TurnRequest,
    events: AsyncIterable<TurnEvent>,
    isOver: () => boolean = () => false
  ): AsyncIterable<TurnEvent> {
    return isPersistent(request) ? this.#alone(request, events, isOver) : events
  }

  async *#alone(
    { thread, workspace = '' }: TurnRequest,
    events: AsyncIterable<TurnEvent>,
    isOver: () => boolean
  ): AsyncGenerator<TurnEvent> {
    let free = () => {}
    let hasEnded = false
    const holder: Holder = {
      hasEnded: () => hasEnded || isOver(),
      freed: new Promise((resolve) => (free = resolve))
    }
    let key = thread?.kind === 'resume' ? `${workspace} ${thread.id}` : undefined
    if (key !== undefined) await this.#take(key, holder)
    try {
      for await (const event of events) {
        if (event.type === 'thread.started') this.#holders.set((key ??= `${workspace} ${event.thread_id}`), holder)
        hasEnded = isTurnEnd(event)
        yield event
      }
    } finally {
      if (key !== undefined) this.#holders.delete(key)
      free()
    }
  }

  async #take(key: string, holder: Holder): Promise<void> {
    for (let other = this.#holders.get(key); other; other = this.#holders.get(key)) {
      if (!other.hasEnded()) throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
      await other.freed
    }
    this.#holders.set(key, holder)
  }
}
