import type { Journal } from '../broker/broker.ts'
import type { Store } from '../store/store.ts'
import { within } from '../turn/deadline.ts'
import { isPassing } from './incoming-changes.ts'
import { sharedPosition } from './shared-position.ts'

export interface JournalReaderOptions {
  store: Store
  journal: Journal
  /** Makes what belongs beside the journal. */
  prepare: () => Promise<void>
  /** Another journal is read from now on: the broker has lost the former one, or its end. */
  begin: () => void
  /** Called with each entry, in order. */
  apply: (text: string) => Promise<void>
}

/** Milliseconds until what could not be read is tried again, and that one waits for what others have stored. */
const [retryMs, freshMs] = [1_000, 2_000]

/** Reads the journal from where this store has it to its end, and goes on. */
export class JournalReader implements Disposable {
  readonly #options: JournalReaderOptions
  readonly #position: ReturnType<typeof sharedPosition>
  readonly #waiting = new Set<{ sequence: number; resolve: () => void }>()
  #id = ''
  /** The last message that has been dealt with, and the one to read after. */
  #applied = 0
  #resumeAfter = 0
  #isClosed = false

  constructor(options: JournalReaderOptions) {
    this.#options = options
    this.#position = sharedPosition(options.store)
  }

  /** Makes the journal where it is missing. Rejects where the broker cannot do that. */
  async prepare(): Promise<void> {
    const { id, end } = await this.#options.journal.prepare()
    await this.#options.prepare()
    if (id === this.#id && end >= this.#resumeAfter) return
    this.#id = id
    this.#applied = this.#resumeAfter = Math.min(this.#position.read(id), end) // the broker may have lost what came last: its numbers are given again
    this.#options.begin()
  }

  /** Reads, for ever. */
  async follow(): Promise<void> {
    const { store } = this.#options
    while (!this.#isClosed)
      try {
        await this.#read()
        if (!this.#isClosed) await this.prepare() // the broker may have lost it
      } catch (error) {
        store.warn({ cause: String(error) }, 'what other front ends store cannot be read; trying again')
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      }
  }

  /** Resolves when all that others have stored until now is here, or after a while. */
  async fresh(): Promise<void> {
    const sequence = await this.#options.journal.last()
    if (this.#applied >= sequence) return
    let resolve = () => {}
    const waiter = { sequence, resolve: () => resolve() }
    const reached = new Promise<void>((done) => (resolve = done))
    this.#waiting.add(waiter)
    await within(freshMs, reached)
    this.#waiting.delete(waiter)
  }

  /** As `fresh`, however long it takes. Rejects where the broker does not answer, and once this is closed. */
  async caughtUp(): Promise<void> {
    const last = await this.#options.journal.last()
    while (this.#applied < last && !this.#isClosed) await this.fresh()
    if (this.#isClosed) throw new Error('what others store is not read any more')
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
  }

  async #read(): Promise<void> {
    const { journal } = this.#options
    const start = this.#resumeAfter + 1
    let isFirst = true
    for await (const { text, sequence, resumeAfter } of journal.follow(this.#resumeAfter)) {
      if (this.#isClosed) return
      if (isFirst && sequence > start) this.#warnOfGap(start, sequence)
      isFirst = false
      if (sequence > this.#applied) await this.#deal(text, sequence, resumeAfter) // else read again for the pieces of another entry
      this.#resumeAfter = resumeAfter
    }
  }

  /** The journal has dropped its oldest messages for their age or its size. */
  #warnOfGap(first: number, next: number): void {
    this.#options.store.warn(
      { first, last: next - 1 },
      'the journal has dropped what this front end has not read: what was stored only there is not found here'
    )
  }

  /** Rejects where the store cannot be used at the moment: then it comes again. */
  async #deal(text: string | undefined, sequence: number, resumeAfter: number): Promise<void> {
    const { store, apply } = this.#options
    try {
      if (text !== undefined) await apply(text)
    } catch (error) {
      if (isPassing(error)) throw error
      store.warn({ cause: String(error) }, 'what another front end has stored fits nothing here')
    }
    this.#applied = sequence
    this.#position.write(this.#id, resumeAfter)
    for (const waiter of this.#waiting) if (waiter.sequence <= sequence) waiter.resolve()
  }
}
