import type { Presence } from '../store/presence.ts'
import type { Lifetimes } from '../turn/lifetimes.ts'

/** One piece of work that goes on when its request has been answered. */
export interface Job {
  readonly signal: AbortSignal
  readonly isCancelled: boolean
  /** Resolves when its result is stored. It never rejects. */
  readonly ended: Promise<void>
}

interface Running extends Job {
  readonly controller: AbortController
  isCancelled: boolean
  ended: Promise<void>
}

/** Does the first step of a job; what it returns does the rest. When it throws, nothing was begun. */
export type Prepare = (job: Job) => Promise<() => Promise<void>>

/** The other gateways that share what is stored over a network; those that share a file are found by that. */
export interface Neighbours {
  /** Whether the one with this mark runs. */
  isAlive(mark: string): boolean
  /** Asks it to end work that it has accepted. Resolves when that is done, or it cannot be asked. */
  cancel(mark: string, work: string): Promise<void>
  /** Resolves when what they have stored until now is here, too. */
  fresh(): Promise<void>
  /** Resolves when all that was written here is stored for them, too. Rejects where that cannot be. */
  settled(): Promise<void>
  /** Takes what ends work of this gateway when another one asks. */
  answer(cancel: (work: string) => Promise<void>): void
}

/** Work that outlives its request, by the id under which its result is stored. A gateway that stops drains it. */
export class Work {
  readonly #lifetimes: Lifetimes
  readonly #presence: () => Presence
  readonly #neighbours: Neighbours | undefined
  readonly #running = new Map<string, Running>()

  constructor(lifetimes: Lifetimes, presence: () => Presence, neighbours?: Neighbours) {
    this.#lifetimes = lifetimes
    this.#presence = presence
    this.#neighbours = neighbours
    neighbours?.answer((id) => this.cancel(id))
  }

  /** The mark of this gateway, to be stored with what is in progress. */
  get mark(): string {
    return this.#presence().id
  }

  /** Whether the gateway stops. */
  get isStopping(): boolean {
    return this.#lifetimes.draining
  }

  /** Has something done when the gateway has stopped. */
  atEnd(action: () => void): void {
    this.#lifetimes.atEnd(action)
  }

  /** Begins a job. `isAdmitted`: it has its slot, so that it may finish when the gateway stops. */
  async begin(id: string, prepare: Prepare, isAdmitted?: () => boolean): Promise<Job> {
    const { controller, done } = this.#lifetimes.begin(isAdmitted)
    const job: Running = { controller, signal: controller.signal, isCancelled: false, ended: Promise.resolve() }
    try {
      const finish = await prepare(job)
      this.#running.set(id, job)
      job.ended = finish()
        .catch(() => {})
        .finally(() => {
          this.#running.delete(id)
          done()
        })
      return job
    } catch (error) {
      done()
      throw error
    }
  }

  /** The job, if this gateway runs it. */
  find(id: string): Job | undefined {
    return this.#running.get(id)
  }

  /** Whether the gateway that a record in progress was marked by is gone, and with it the work. */
  isLost(mark: string | undefined): boolean {
    if (mark === undefined || mark === this.mark) return true
    return !this.#presence().isAlive(mark) && this.#neighbours?.isAlive(mark) !== true
  }

  /** Ends a job of this gateway. Resolves when that is stored. */
  async cancel(id: string): Promise<void> {
    const job = this.#running.get(id)
    if (!job) return
    job.isCancelled = true
    job.controller.abort('client')
    await job.ended
  }

  /** Ends work that another gateway has accepted. Resolves when that is stored here, as far as it can be. */
  async cancelElsewhere(mark: string, id: string): Promise<void> {
    await this.#neighbours?.cancel(mark, id)
    await this.#neighbours?.fresh().catch(() => {})
  }
}
