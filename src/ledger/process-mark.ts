import type { Store } from '../store/store.ts'
import type { LedgerClock } from './clock.ts'
import type { ProcessName } from './ids.ts'

/** Milliseconds for which the mark's file is taken to be there: to look for each turn costs more than it is worth. */
const freshMs = 1_000

/** The mark of this process in its store. */
export class ProcessMark {
  readonly #store: Store
  readonly #clock: LedgerClock
  #latest: ProcessName | undefined
  #lookedAt = -Infinity

  constructor(store: Store, clock: LedgerClock) {
    this.#store = store
    this.#clock = clock
  }

  get current(): ProcessName {
    const now = performance.now()
    if (this.#latest && now - this.#lookedAt <= freshMs) return this.#latest
    this.#lookedAt = now
    const mark = this.#store.presence.id
    if (this.#latest?.mark === mark) return this.#latest
    return (this.#latest = { mark, since: this.#clock.now })
  }

  /** The one that was used last, if one was. */
  get used(): string | undefined {
    return this.#latest?.mark
  }
}
