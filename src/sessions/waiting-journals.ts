import type { Tables } from '../store/tables.ts'

/** A journal with events that are not stored yet. */
export interface WaitingJournal {
  flush: () => void
  /** The two parts of `flush`: within a transaction, and when that has succeeded. */
  write: () => void
  written: () => void
}

/** Journals with events that are to be stored soon: they are together, in one transaction. */
export class WaitingJournals {
  readonly #tables: Tables
  readonly #journals = new Set<WaitingJournal>()
  #timer: NodeJS.Timeout | undefined

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Stores what waits in a journal within so many milliseconds. */
  add(journal: WaitingJournal, ms: number): void {
    this.#journals.add(journal)
    this.#timer ??= setTimeout(() => this.#store(), ms)
  }

  delete(journal: WaitingJournal): void {
    this.#journals.delete(journal)
    if (this.#journals.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #store(): void {
    this.#timer = undefined
    const journals = [...this.#journals]
    try {
      this.#tables.transaction(() => journals.forEach((journal) => journal.write()))
      journals.forEach((journal) => journal.written())
    } catch {
      journals.forEach(flushAlone) // one whose session is gone does not hold back the others
    }
  }
}

function flushAlone(journal: WaitingJournal): void {
  try {
    journal.flush()
  } catch {
    // its next event is refused, until it can be stored
  }
}
