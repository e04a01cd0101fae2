import type { Store } from '../store/store.ts'
import type { Calendar } from './calendar.ts'
import type { LedgerClock } from './clock.ts'
import type { LedgerIds } from './ids.ts'
import { deleteBefore } from './retention.ts'
import { ledgerSchema } from './schema.ts'
import { noteSwept, sweepKilled } from './sweep.ts'

interface UpkeepOptions {
  store: Store
  calendar: Calendar
  clock: LedgerClock
  ids: LedgerIds
  /** Days for which single turns are stored; for ever when left out. */
  keepDays: number | undefined
}

/** Milliseconds between two looks, and between two bites of what is deleted. */
const times = { sweep: 60_000, bite: 1_000 }

/** What is done to the ledger at the start and at intervals. */
export class Upkeep implements Disposable {
  readonly #options: UpkeepOptions
  /** Whether the process with this mark is gone, so that its turns are to be ended here. May be replaced. */
  isGone: (mark: string) => boolean
  #timer: NodeJS.Timeout | undefined
  #next: NodeJS.Timeout | undefined
  /** The day before which nothing is left to delete. */
  #expired = 0

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.isGone = (mark) => !options.store.presence.isAlive(mark)
  }

  /** Throws where the store cannot be used; it is tried again at intervals. */
  start(): void {
    const { store, clock } = this.#options
    this.#timer = setInterval(() => this.#lookQuietly(), times.sweep).unref()
    store.add(ledgerSchema)
    this.catchUp()
    if (clock.behind > 3_600)
      store.warn({ seconds: clock.behind }, 'the clock is behind what is stored of usage, which goes on from there')
    this.sweep()
  }

  /** Time is not before what was counted last. */
  catchUp(): void {
    const { store, clock } = this.#options
    const [newest] = store.use((connection) => connection.get(newestSql)) ?? []
    clock.notBefore(Number(newest ?? 0))
  }

  /** Ends turns whose gateway was killed. Returns how many. */
  sweep(): number {
    const { store, clock, ids } = this.#options
    return store.transaction((connection) => sweepKilled(connection, this.isGone, { dayOf: this.#dayOf, clock, ids }))
  }

  /** Deletes some of what is older than it is to be stored. Returns whether there is more. */
  expire(): boolean {
    const { store, clock, keepDays } = this.#options
    if (keepDays === undefined) return false
    const horizon = this.#dayOf(clock.now - keepDays * 86_400)
    if (horizon === this.#expired) return false
    const more = store.unshared((connection) => deleteBefore(connection, horizon)) // each gateway does it
    if (!more) this.#expired = horizon
    return more
  }

  /** No turn of the process with this mark is left, which ends: nobody need look for any. */
  leave(mark: string): void {
    try {
      this.#options.store.transaction((connection) => noteSwept(connection, mark))
    } catch {
      // then somebody looks
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    clearTimeout(this.#next)
  }

  readonly #dayOf = (at: number): number => this.#options.calendar.periodOf('day', at).since

  #lookQuietly(): void {
    try {
      this.sweep()
      if (this.expire()) this.#next = setTimeout(() => this.#lookQuietly(), times.bite).unref()
    } catch {
      // the store cannot be used at the moment
    }
  }
}

const newestSql =
  'SELECT max(coalesce(ended_at, at)) FROM (SELECT at, ended_at FROM ledger_turns ORDER BY id DESC LIMIT 20)'
