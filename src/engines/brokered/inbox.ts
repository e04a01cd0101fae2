import type { TurnEnd, TurnEvent } from '../../turn/event.ts'
import { eventFrom } from '../../wire/events.ts'
import type { Frame, Piece } from '../../wire/messages.ts'
import { window } from '../../wire/times.ts'

interface Batch {
  n: number
  events: TurnEvent[]
  ack: boolean
}

/** Turns the numbered frames of one turn back into the sequence of its events: in order, without gaps or repeats. */
export class Inbox {
  readonly #early = new Map<number, Batch>()
  readonly #ready: Batch[] = []
  readonly #onConsumed: (n: number) => void
  #pieces: { n: number; texts: string[] } | undefined
  #next = 1
  #consumed = 0
  #wake: (() => void) | undefined
  #isClosed = false

  /** `onConsumed` is called with the number of a frame whose sender wants to know. */
  constructor(onConsumed: (n: number) => void) {
    this.#onConsumed = onConsumed
  }

  /** The number of the first frame that has not come. */
  get next(): number {
    return this.#next
  }

  /** The number of the last frame whose events were all consumed. */
  get consumed(): number {
    return this.#consumed
  }

  /** Takes a frame in any order. False where one before it is missing. */
  receive({ n, events, ack = false }: Pick<Frame, 'n' | 'events' | 'ack'>): boolean {
    if (this.#isClosed || n < this.#next) {
      if (ack && n <= this.#consumed) this.#onConsumed(this.#consumed)
      return true
    }
    if (n - this.#next <= 2 * window.frames)
      this.#early.set(n, { n, events: events.flatMap((event) => eventFrom(event) ?? []), ack })
    for (let batch = this.#early.get(this.#next); batch; batch = this.#early.get(this.#next)) {
      this.#early.delete(this.#next)
      this.#next += 1
      this.#ready.push(batch)
    }
    this.#wake?.()
    return this.#early.size === 0
  }

  /** Takes a piece of a frame. Pieces come in order; when one is lost, all come again. */
  receivePiece({ n, index, count, text, ack }: Piece): boolean {
    if (index === 0) this.#pieces = { n, texts: [] }
    if (this.#pieces?.n !== n || this.#pieces.texts.length !== index) return false
    this.#pieces.texts.push(text)
    if (index < count - 1) return true
    const whole = this.#pieces.texts.join('')
    this.#pieces = undefined
    return this.receive({ n, events: eventsIn(whole), ack })
  }

  /** Ends the sequence from this side: after what has come already, and whatever comes later. */
  end(end: TurnEnd): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#ready.push({ n: this.#consumed, events: [end], ack: false })
    this.#wake?.()
  }

  /** The events, for one reader. */
  async *events(): AsyncGenerator<TurnEvent, void, void> {
    for (;;) {
      const batch = this.#ready.shift()
      if (!batch) {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        continue
      }
      yield* batch.events
      this.#consumed = Math.max(this.#consumed, batch.n)
      if (batch.ack) this.#onConsumed(batch.n)
    }
  }
}

function eventsIn(json: string): unknown[] {
  try {
    const events: unknown = JSON.parse(json)
    return Array.isArray(events) ? events : []
  } catch {
    return []
  }
}
