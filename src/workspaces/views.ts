import { GatewayError } from '../turn/error.ts'

/**
 * Which turns may run at the same time, as far as others' files are concerned. A workspace that comes later is not hidden from the
 * turns that run already; so its first turn begins when those are over. Turns of one time do not wait for each other.
 */
export class Views {
  #now = 0
  /** Turns that run, by the time at which they began. */
  readonly #running = new Map<number, number>()
  readonly #waiting = new Set<{ since: number; resolve: () => void }>()
  /** Those that would not end by themselves, and what asks them to. */
  readonly #lasting = new Set<{ at: number; leave: () => void }>()
  readonly #patienceMs: number

  /** `patienceMs`: how long a turn waits; less than it may take to start. */
  constructor(patienceMs = 20_000) {
    this.#patienceMs = patienceMs
  }

  /** A new time, from which on turns see no more than they should. To be called when what is hidden has changed. */
  advance(): number {
    return ++this.#now
  }

  /** A turn of a workspace that has been there since then; resolves when it may begin, rejects with `overloaded` where that takes too long. To be disposed of when nothing of it is left. `leave` is called where another waits for it. */
  async enter(since: number, signal?: AbortSignal, leave?: () => void): Promise<Disposable> {
    if (this.#isEarlier(since)) await this.#over(since, signal)
    const at = this.#now // what is hidden from it is looked up from here on
    this.#add(at, 1)
    const lasting = leave && { at, leave }
    if (lasting) this.#lasting.add(lasting)
    let ended = false
    return {
      [Symbol.dispose]: () => {
        if (ended) return
        ended = true
        if (lasting) this.#lasting.delete(lasting)
        this.#add(at, -1)
      }
    }
  }

  #add(at: number, change: number): void {
    const count = (this.#running.get(at) ?? 0) + change
    if (count > 0) this.#running.set(at, count)
    else this.#running.delete(at)
    if (change > 0) return
    for (const { since, resolve } of [...this.#waiting]) if (!this.#isEarlier(since)) resolve()
  }

  /** Whether a turn runs that began before. */
  #isEarlier(since: number): boolean {
    return [...this.#running.keys()].some((at) => at < since)
  }

  #over(since: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#waiting.delete(waiter)
      }
      const refuse = (error: Error) => {
        leave()
        reject(error)
      }
      const abort = () => refuse(signal?.reason as Error)
      const waiter = { since, resolve: () => (leave(), resolve()) }
      const timer = setTimeout(() => refuse(tooNew()), this.#patienceMs)
      this.#waiting.add(waiter)
      for (const lasting of [...this.#lasting]) if (lasting.at < since) lasting.leave()
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }
}

const tooNew = () =>
  new GatewayError('overloaded', 'This workspace is new: turns that began before must end first.', { retryAfter: 10 })
