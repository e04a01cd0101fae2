import type { Mail } from '../broker/broker.ts'
import { contracted } from '../turn/contract.ts'
import type { Engine } from '../turn/engine.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { InterruptReason } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Standing } from '../wire/messages.ts'
import { times } from '../wire/times.ts'
import { FrameOutbox } from './outbox.ts'
import type { SentFrame } from './outbox.ts'

export interface RunningOptions {
  turn: string
  run: string
  front: string
  /** Which time its front end gave it away. */
  grant: number
  /** Milliseconds that it may take, by its front end's clock. */
  totalMs: number
  /** The subject of its front end. */
  subject: string
  mail: Mail
}

/** One turn that this worker runs. */
export class Running {
  readonly turn: string
  readonly front: string
  readonly grant: number
  readonly #options: RunningOptions
  readonly #controller = new AbortController()
  readonly #outbox = new FrameOutbox((frame) => this.#send(frame))
  /** `performance.now()` when its front end last listed it. */
  wantedAt = performance.now()
  /** Nothing of it runs any more. */
  isOver = false

  constructor(options: RunningOptions) {
    this.#options = options
    this.turn = options.turn
    this.front = options.front
    this.grant = options.grant
  }

  /** Frames sent again so far. */
  get resent(): number {
    return this.#outbox.resent
  }

  /** Whether its front end has consumed everything there was. */
  get isRead(): boolean {
    return this.#outbox.isEmpty
  }

  /** Runs it. Resolves when nothing of it is left here; its last frames may still be unread. */
  async run(engine: Engine, fetch: () => Promise<TurnRequest>): Promise<void> {
    const late = setTimeout(() => this.stop('timeout'), this.#options.totalMs + times.grace)
    const turn = contracted(async function* (_, signal) {
      yield* engine.run(await fetch(), signal)
    })
    const events = turn({ input: [] }, this.#controller.signal)[Symbol.asyncIterator]()
    try {
      for (let next = await events.next(); !next.done; next = await events.next()) {
        await this.#outbox.add(next.value)
        if (isTurnEnd(next.value)) break
      }
      this.#outbox.flush(true)
      await events.return?.()
    } finally {
      clearTimeout(late)
      this.isOver = true
    }
  }

  /** An abort opens the window too: an engine that waits for room would never learn of it. */
  stop(reason: InterruptReason): void {
    this.#controller.abort(reason)
    this.#outbox.open()
  }

  /** Nobody reads it any more. */
  drop(): void {
    this.#outbox.discard()
    if (!this.isOver) this.stop('client')
  }

  consumed(n: number): void {
    this.#outbox.consumed(n)
  }

  catchUp(standing: Standing): void {
    this.wantedAt = performance.now()
    this.#outbox.catchUp(standing)
  }

  #send({ n, text, ack }: SentFrame): void {
    const { mail, subject, turn, run } = this.#options
    const head = { turn, run, n, ...(ack && { ack }) }
    if (text.length <= mail.maxChars)
      return mail.sendJson(subject, `${JSON.stringify({ do: 'frame', ...head }).slice(0, -1)},"events":${text}}`)
    const count = Math.ceil((text.length * 2) / mail.maxChars) // a piece is JSON in JSON: its quotes take two
    const size = Math.ceil(text.length / count)
    for (let index = 0; index < count; index += 1)
      mail.send(subject, { do: 'piece', ...head, index, count, text: text.slice(index * size, (index + 1) * size) })
  }
}
