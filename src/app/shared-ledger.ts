import type { Ledger } from '../ledger/ledger.ts'
import { resendDays, resendRecent } from '../ledger/resend.ts'
import type { SharedStore } from '../store/shared.ts'
import type { LeaderCalls } from './leader-calls.ts'
import { takeOrigin } from './ledger-origin.ts'
import { SharedLimits } from './shared-limits.ts'

export interface SharedLedgerOptions {
  ledger: Ledger
  shared: Pick<SharedStore, 'claim'>
  calls: LeaderCalls
  /** Whether anything is limited for all time. */
  everLimited: () => boolean
  /** Whether the front end with this mark runs, as far as known. */
  isAlive: (mark: string) => boolean
}

/**
 * Milliseconds between two looks; for which a front end must have been taken for dead before its turns are ended: by then its workers
 * have interrupted them; between two times that days are sent again; and that a stop waits for reports.
 */
const times = { look: 5_000, gone: 10_000, resend: 86_400_000, stop: 3_000 }

/** One ledger over several front ends: each has all of it, and the one that leads counts what has limits and ends turns of those that are gone. */
export class SharedLedger implements AsyncDisposable {
  readonly #options: SharedLedgerOptions
  readonly #limits: SharedLimits
  readonly #goneSince = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #resendAt = 0

  constructor(options: SharedLedgerOptions) {
    this.#options = options
    const { ledger, calls } = options
    this.#limits = new SharedLimits(calls, ledger.counted)
    ledger.rows.prepareSharing()
    ledger.limited = this.#limits
    ledger.upkeep.isGone = (mark) => this.#isGone(mark)
  }

  /** To be called when what others have stored is here, before there are any turns. */
  async start(): Promise<void> {
    const { ledger, shared } = this.#options
    const origin = await takeOrigin(ledger.store, shared)
    ledger.rows.share(origin)
    ledger.store.transaction((connection) => resendRecent(connection, origin * 2))
    this.#timer = setInterval(() => this.#look(), times.look).unref()
  }

  /** This front end leads from now on: what was counted is here. */
  leads(): void {
    const { rows, upkeep } = this.#options.ledger
    rows.writes.forget()
    upkeep.catchUp()
    this.#resendAt = 0
    this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#limits.settled(times.stop)
    this.#limits[Symbol.dispose]()
  }

  #look(): void {
    const { ledger, calls, everLimited } = this.#options
    try {
      ledger.store.transaction((connection) => connection.run(unsweep, ledger.store.presence.id))
      if (!calls.isHere) return
      ledger.upkeep.sweep()
      if (performance.now() < this.#resendAt) return
      this.#resendAt = performance.now() + times.resend
      const since = everLimited() ? 0 : ledger.calendar.periodOf('month', ledger.clock.now).since
      const today = ledger.calendar.periodOf('day', ledger.clock.now).since
      ledger.store.transaction((connection) => resendDays(connection, since, today))
    } catch {
      // the store cannot be used at the moment
    }
  }

  #isGone(mark: string): boolean {
    const { calls, isAlive } = this.#options
    if (!calls.isHere || isAlive(mark)) {
      this.#goneSince.delete(mark)
      return false
    }
    const since = this.#goneSince.get(mark) ?? performance.now()
    this.#goneSince.set(mark, since)
    return performance.now() - since >= times.gone
  }
}

/** Others take one for dead that cannot be reached: the turns that it then has must be looked for when it is. */
const unsweep = 'UPDATE ledger_processes SET swept = 0 WHERE mark = ? AND swept = 1'
