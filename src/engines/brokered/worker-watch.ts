import { NobodyListens } from '../../broker/broker.ts'
import type { Mail } from '../../broker/broker.ts'
import { pongFrom } from '../../wire/messages.ts'
import type { Subjects } from '../../wire/subjects.ts'
import type { Ticker } from '../../wire/ticker.ts'
import { times } from '../../wire/times.ts'
import type { Roster } from './roster.ts'
import type { Holder } from './turn.ts'

export interface WorkerWatchOptions {
  mail: Mail
  subjects: Subjects
  roster: Roster
  ticker: Pick<Ticker, 'since'>
  /** Called with which turns of a worker are lost. */
  lost: (worker: string, isLost: (holder: Holder) => boolean) => void
}

/** Finds out whether workers with turns are still there, and are who they were. */
export class WorkerWatch {
  readonly #options: WorkerWatchOptions
  readonly #pinging = new Set<string>()

  constructor(options: WorkerWatchOptions) {
    this.#options = options
  }

  look(worker: string): void {
    const { roster, ticker, lost } = this.#options
    const now = performance.now()
    const seen = roster.get(worker)
    const silentSince = Math.max(seen?.at ?? -Infinity, ticker.since)
    lost(worker, ({ run, at }) => {
      const isOther = seen !== undefined && seen.beatAt > at && seen.beat.run !== run
      return isOther || now - Math.max(silentSince, at) > times.lost
    })
    if (now - silentSince > times.ping && !this.#pinging.has(worker)) void this.#ping(worker)
  }

  /** "Nobody listens" is believed only when the worker has had time to reconnect, too. */
  async #ping(worker: string): Promise<void> {
    const { mail, subjects, roster, ticker, lost } = this.#options
    this.#pinging.add(worker)
    const asked = performance.now()
    try {
      const pong = pongFrom(await mail.request(subjects.worker(worker), { do: 'ping' }, times.beat))
      if (!pong) return
      roster.noteAnswer(worker)
      lost(worker, ({ run, at }) => run !== pong.run && at < asked)
    } catch (error) {
      const isSettled = mail.reconnects === 0 || asked - ticker.since > times.settle
      if (error instanceof NobodyListens && isSettled) lost(worker, ({ at }) => at < asked)
    } finally {
      this.#pinging.delete(worker)
    }
  }
}
