import { PostError } from '../http/outgoing/post.ts'
import type { Post } from '../http/outgoing/post.ts'
import { signedHeaders } from './secret.ts'
import type { Delivery, Outbox } from './outbox.ts'

export interface SenderOptions {
  outbox: Outbox
  post: Post
  /** The operator's secret. */
  secret: string | undefined
  /** A secret that was stored; undefined where it cannot be read. */
  open: (stored: string) => string | undefined
  /** The mark of this gateway. */
  mark: () => string
  isAlive: (mark: string) => boolean
  /** Notes a message that could not be sent. */
  warn: (fields: Record<string, unknown>, message: string) => void
}

/** Messages that are sent at once, and those of one owner. */
const bounds = { all: 16, perOwner: 8 }
/** Milliseconds from one look at what other gateways have left to the next. */
const lookMs = 30_000

/** Sends what is due, until it is disposed of: what was not taken by then is sent after the next start. */
export class Sender implements AsyncDisposable {
  readonly #options: SenderOptions
  readonly #sending = new Map<Promise<void>, string>()
  readonly #stopped = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #lookAt = 0

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Sends what is due now, and comes back when more is. */
  readonly wake = (): void => {
    if (this.#stopped.signal.aborted) return
    clearTimeout(this.#timer)
    let inMs = lookMs
    try {
      this.#takeOver()
      while (this.#sending.size < bounds.all && this.#sendNext());
      inMs = this.#sending.size < bounds.all ? Math.min(this.#options.outbox.nextIn() ?? lookMs, lookMs) : lookMs
    } catch {
      // the store cannot be used at the moment
    }
    this.#timer = setTimeout(this.wake, Math.max(inMs, 1000)).unref() // of an owner at his bound more is due already
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    this.#stopped.abort()
    await Promise.all(this.#sending.keys())
  }

  #takeOver(): void {
    if (performance.now() < this.#lookAt) return
    const { outbox, mark, isAlive } = this.#options
    const own = mark()
    outbox.releaseLost((holder) => holder === own || isAlive(holder))
    this.#lookAt = performance.now() + lookMs
  }

  #sendNext(): boolean {
    const counts = new Map<string, number>()
    for (const owner of this.#sending.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    const busy = [...counts].filter(([, count]) => count >= bounds.perOwner).map(([owner]) => owner)
    const delivery = this.#options.outbox.claim(this.#options.mark(), busy)
    if (!delivery) return false
    const sent = this.#send(delivery)
      .catch(() => {}) // the store cannot be used: it is sent again when this gateway is gone
      .finally(() => {
        this.#sending.delete(sent)
        this.wake()
      })
    this.#sending.set(sent, delivery.owner)
    return true
  }

  async #send(delivery: Delivery): Promise<void> {
    const { outbox, warn } = this.#options
    const failure = await this.#attempt(delivery)
    if (failure === undefined) return outbox.remove(delivery)
    if (this.#stopped.signal.aborted) return outbox.release(delivery)
    const goesOn = outbox.postpone(delivery)
    const { id, owner, url, attempts } = delivery
    warn(
      { webhook: id, owner, host: URL.canParse(url) ? new URL(url).host : '', attempt: attempts + 1, cause: failure },
      goesOn ? 'a webhook was not taken; it is sent again later' : 'a webhook was not taken for a day; it is given up'
    )
  }

  /** Why it was not taken; undefined when it was. */
  async #attempt({ id, url, body, secrets }: Delivery): Promise<string | undefined> {
    const { secret, open, post } = this.#options
    const all = secrets.length > 0 ? secrets.map(open) : [secret]
    if (!all.every((each) => each !== undefined))
      return secrets.length > 0
        ? 'its secret was sealed with another key'
        : 'the operator has set no CODEX_WEBHOOK_SECRET'
    try {
      const status = await post(url, signedHeaders({ id, body }, all), body, this.#stopped.signal)
      return status >= 200 && status < 300 ? undefined : `its host answered with the status ${status}`
    } catch (error) {
      return error instanceof PostError ? error.message : 'it could not be sent'
    }
  }
}
