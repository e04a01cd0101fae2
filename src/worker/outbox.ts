import type { TurnEvent } from '../turn/event.ts'
import type { Standing } from '../wire/messages.ts'
import { times, window } from '../wire/times.ts'

/** One frame, as it goes into a message. */
export interface SentFrame {
  n: number
  /** JSON of its events. */
  text: string
  /** Its reader says when it has consumed it. */
  ack: boolean
}

interface Unread extends SentFrame {
  sentAt: number
}

/**
 * The events of one turn on their way to its front end, in numbered frames, which are sent again until they have arrived. Events
 * of one turn of the event loop go in one frame. Who adds more than the window holds waits until its reader has consumed some.
 */
export class FrameOutbox {
  readonly #send: (frame: SentFrame) => void
  readonly #unread = new Map<number, Unread>()
  #pending: string[] = []
  #flushing: NodeJS.Immediate | undefined
  #count = 0
  #pendingChars = 0
  #chars = 0
  #sinceAck = { frames: 0, chars: 0 }
  #isOpen = false
  #isDiscarded = false
  #wake: (() => void) | undefined
  #resent = 0

  constructor(send: (frame: SentFrame) => void) {
    this.#send = send
  }

  /** Frames sent again so far. */
  get resent(): number {
    return this.#resent
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0 && this.#unread.size === 0
  }

  /** Resolves when there is room for more. */
  async add(event: TurnEvent): Promise<void> {
    if (this.#isDiscarded) return
    const text = JSON.stringify(event)
    this.#pending.push(text)
    this.#chars += text.length
    this.#pendingChars += text.length
    if (this.#pendingChars >= window.frame) this.flush(false)
    else this.#flushing ??= setImmediate(() => this.flush(false))
    while (!this.#hasRoom()) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** Sends what has been added. `last`: nothing follows. */
  flush(last: boolean): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    if (this.#pending.length === 0) return
    const text = `[${this.#pending.join(',')}]`
    this.#pending = []
    this.#pendingChars = 0
    this.#sinceAck.frames += 1
    this.#sinceAck.chars += text.length
    const ack = last || this.#sinceAck.frames >= window.frames / 4 || this.#sinceAck.chars >= window.bytes / 4
    if (ack) this.#sinceAck = { frames: 0, chars: 0 }
    const frame = { n: (this.#count += 1), text, ack }
    this.#unread.set(frame.n, { ...frame, sentAt: performance.now() })
    this.#send(frame)
  }

  /** All up to this frame has been consumed. */
  consumed(n: number): void {
    for (const [number, { text }] of this.#unread) {
      if (number > n) break
      this.#unread.delete(number)
      this.#chars -= text.length
    }
    if (this.isEmpty) this.#chars = 0 // frames have some characters more than their events
    this.#goOn()
  }

  /** What its reader knows: sends again what is missing there for so long that it cannot be on its way. */
  catchUp({ next, consumed }: Standing): void {
    this.consumed(consumed)
    const now = performance.now()
    for (const frame of this.#unread.values()) {
      if (frame.n < next || now - frame.sentAt < times.resend) continue
      frame.sentAt = now
      this.#resent += 1
      this.#send(frame)
    }
  }

  /** Sends nothing any more. */
  discard(): void {
    this.#isDiscarded = true
    this.#unread.clear()
    this.#pending = []
    this.open()
  }

  /** Lets everything through from now on: its reader is gone, and who adds must learn of that. */
  open(): void {
    this.#isOpen = true
    this.#goOn()
  }

  #hasRoom(): boolean {
    return this.#isOpen || (this.#unread.size < window.frames && this.#chars < window.bytes)
  }

  #goOn(): void {
    if (!this.#hasRoom()) return
    this.#wake?.()
    this.#wake = undefined
  }
}
