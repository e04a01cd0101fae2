import type { LeaderCalls } from './leader-calls.ts'
import type { LedRow } from './led-rows.ts'
import type { ReplicatedStore } from './shared-store.ts'

/** Milliseconds between two looks, and rows of one question. */
const [lookMs, atOnce] = [1_000, 500]

/** Asks the one that leads for its rows where this front end wrote them when it did not lead any more. */
export class StrayRows implements Disposable {
  readonly #shared: ReplicatedStore
  readonly #calls: LeaderCalls
  readonly #timer: NodeJS.Timeout
  #isAsking = false

  constructor(shared: ReplicatedStore, calls: LeaderCalls) {
    this.#shared = shared
    this.#calls = calls
    calls.on('rows', ({ rows }) => shared.resend(rows as readonly LedRow[]))
    this.#timer = setInterval(() => void this.#look(), lookMs).unref()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    const rows = this.#shared.led.stray.slice(0, atOnce)
    if (this.#isAsking || rows.length === 0) return
    this.#isAsking = true
    try {
      await this.#calls.ask({ op: 'rows', rows }) // where this one leads again, all others get its rows
      await this.#shared.caughtUp()
      this.#shared.led.settled(rows)
    } catch {
      // nobody leads at the moment
    } finally {
      this.#isAsking = false
    }
  }
}
