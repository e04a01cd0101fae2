import type { JobName } from '../../../work/job.ts'
import type { JobStore } from '../../../work/job-store.ts'
import type { JobLogs } from '../../../work/job-log.ts'
import type { Work } from '../../../work/work.ts'

export interface ResumerOptions {
  work: Work
  jobs: JobStore
  logs: JobLogs
  /** Those that may be resumed at once: as many as may run. */
  concurrency: number
  /** Whether this gateway works on it. */
  isActive: (id: string) => boolean
  /** Makes one from its beginning, and resolves when that is over. It never rejects. */
  resume: (name: JobName) => Promise<void>
  /** Ends one that was interrupted by the end of its gateway. */
  interrupt: (name: JobName) => Promise<void>
  cancel: (id: string) => Promise<void>
}

/** Milliseconds from one look at what other gateways have left, or want, to the next; and to the next tidying. */
const [lookMs, tidyMs] = [3_000, 60_000]

/** Takes up work that nobody does when it is due: what a gateway left that was stopped or killed, and what waited for its time. */
export class Resumer {
  readonly #options: ResumerOptions
  /** What is resumed here, by its owner. */
  readonly #resumed = new Map<string, number>()
  /** When each owner was last served, counted in turns. */
  readonly #served = new Map<string, number>()
  #count = 0
  #running = 0
  #timer: NodeJS.Timeout | undefined
  #lookAt = -Infinity
  #tidyAt = -Infinity
  #isLooking = false

  constructor(options: ResumerOptions) {
    this.#options = options
    this.#wakeIn(0)
  }

  /** Looks for what is due, now and whenever more will be. */
  readonly wake = (): void => {
    if (this.#options.work.isStopping) return clearTimeout(this.#timer)
    let inMs = lookMs
    try {
      if (this.#options.jobs.isThere) inMs = this.#resume()
    } catch {
      // the store cannot be used at the moment
    }
    this.#wakeIn(Math.min(Math.max(inMs, 100), lookMs))
  }

  /** Returns the milliseconds until more is due. */
  #resume(): number {
    this.#look()
    this.#fill()
    return this.#options.jobs.nextIn() ?? lookMs
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.wake, ms).unref()
  }

  #look(): void {
    const { work, jobs, logs, isActive, cancel } = this.#options
    if (this.#isLooking || performance.now() < this.#lookAt) return
    this.#lookAt = performance.now() + lookMs
    jobs.abandonAll((worker) => worker === work.mark || !work.isLost(worker))
    for (const name of jobs.of(work.mark)) if (!isActive(name.id)) jobs.abandon(name)
    for (const { id } of jobs.cancelled(work.mark)) void cancel(id)
    if (performance.now() >= this.#tidyAt) {
      this.#tidyAt = performance.now() + tidyMs
      jobs.touch()
      logs.expire()
    }
    this.#isLooking = true
    void this.#interruptAll(jobs.interrupted()).finally(() => (this.#isLooking = false))
  }

  async #interruptAll(names: readonly JobName[]): Promise<void> {
    for (const name of names) await this.#options.interrupt(name).catch(() => {}) // the store cannot be used: the next look finds it again
  }

  /** The next is the oldest of the owner with the fewest that are resumed, among equals of the one who was served longest ago. */
  #fill(): void {
    const { concurrency, jobs, resume } = this.#options
    while (this.#running < concurrency) {
      const [next] = jobs.due().toSorted((one, other) => this.#order(one, other))
      if (!next) return
      if (!jobs.take(next, this.#options.work.mark)) continue
      this.#served.set(next.owner, ++this.#count)
      this.#note(next.owner, 1)
      void resume(next).finally(() => {
        this.#note(next.owner, -1)
        this.#wakeIn(0)
      })
    }
  }

  #order({ owner: one }: JobName, { owner: other }: JobName): number {
    const more = (this.#resumed.get(one) ?? 0) - (this.#resumed.get(other) ?? 0)
    return more === 0 ? (this.#served.get(one) ?? 0) - (this.#served.get(other) ?? 0) : more
  }

  #note(owner: string, by: number): void {
    this.#running += by
    const count = (this.#resumed.get(owner) ?? 0) + by
    if (count > 0) this.#resumed.set(owner, count)
    else this.#resumed.delete(owner)
  }
}
