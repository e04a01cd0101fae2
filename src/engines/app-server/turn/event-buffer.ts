import { GatewayError } from '../../../turn/error.ts'
import type { TurnEvent } from '../../../turn/event.ts'

/** Events from which on deltas of one text are joined: a slow reader gains nothing from many small ones. */
const many = 1_000
/** Characters that may wait, and one delta beyond, however long. App-server serves other turns too, so a slow reader cannot make it wait. */
const limit = 4_194_304

/** The events of one turn between app-server, which emits them at its own pace, and their reader. */
export class EventBuffer {
  #events: TurnEvent[] = []
  /** Characters of the deltas among them. */
  #size = 0
  #failure: { error: unknown } | undefined
  #wake: (() => void) | undefined
  #isWoken = false

  push(event: TurnEvent): void {
    if (event.type === 'item.delta') this.#pushDelta(event)
    else if (event.type !== 'text.withheld' || this.#events.at(-1)?.type !== event.type) this.#events.push(event)
    this.#wake?.()
  }

  /** Has the reader look, though there may be no event. */
  wake(): void {
    this.#isWoken = true
    this.#wake?.()
  }

  /** Ends the reading, after what is buffered. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake?.()
  }

  /** All buffered events, or the next one; none after `wake`. Rejects with what `fail` was given. */
  async take(): Promise<TurnEvent[]> {
    if (this.#events.length === 0 && !this.#failure && !this.#isWoken)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    this.#isWoken = false
    if (this.#events.length === 0 && this.#failure) throw this.#failure.error
    const events = this.#events
    this.#events = []
    this.#size = 0
    return events
  }

  #pushDelta(event: Extract<TurnEvent, { type: 'item.delta' }>): void {
    if (this.#size > limit) return this.fail(new GatewayError('overloaded', 'The answer was read too slowly.'))
    this.#size += event.delta.length
    const last = this.#events.length < many ? undefined : this.#events[this.#events.length - 1]
    if (last?.type === 'item.delta' && last.item_id === event.item_id)
      this.#events[this.#events.length - 1] = { ...last, delta: last.delta + event.delta }
    else this.#events.push(event)
  }
}
