import type { Store } from '../store/store.ts'

/** Milliseconds for which the mark's file is taken to be there: to look for each turn costs more than it is worth. */
const freshMs = 1_000

/** The mark of this process in its store. */
export class ProcessMark {
  readonly #store: Store
  #latest: { id: string; at: number } | undefined

  constructor(store: Store) {
    this.#store = store
  }

  get current(): string {
    const now = performance.now()
    if (!this.#latest || now - this.#latest.at > freshMs) this.#latest = { id: this.#store.presence.id, at: now }
    return this.#latest.id
  }

  /** The one that was used last, if one was. */
  get used(): string | undefined {
    return this.#latest?.id
  }
}
