import type { TurnEvent } from '../../../turn/event.ts'

/** Characters that are buffered; what a model that must call a tool writes beyond them is dropped. */
const limit = 1_048_576

/** The text of a turn that must call a tool, until it does: without a call the model is asked again, and its text was no answer. */
export class WithheldText {
  #events: TurnEvent[] = []
  #size = 0

  /** False for an event that is none of a text. */
  add(event: TurnEvent): boolean {
    if (event.type === 'item.discarded') return this.#discard(event.item_id)
    if (!isText(event)) return false
    const last = this.#events.at(-1)
    this.#size += event.type === 'item.delta' ? event.delta.length : 0
    if (event.type !== 'item.delta') this.#events.push(event)
    else if (this.#size > limit) return true
    else if (last?.type === 'item.delta' && last.item_id === event.item_id)
      this.#events[this.#events.length - 1] = { ...last, delta: last.delta + event.delta }
    else this.#events.push(event)
    return true
  }

  /** False for a text that is not here. */
  #discard(id: string): boolean {
    const before = this.#events.length
    this.#events = this.#events.filter((event) => event.type !== 'item.delta' || event.item_id !== id)
    return this.#events.length < before
  }

  /** All of it, which is then the reader's. */
  take(): TurnEvent[] {
    const events = this.#events
    this.drop()
    return events
  }

  drop(): void {
    this.#events = []
    this.#size = 0
  }
}

function isText(event: TurnEvent): boolean {
  if (event.type === 'item.delta') return event.item_type === 'agent_message'
  return event.type === 'item.completed' && event.item.type === 'agent_message'
}
