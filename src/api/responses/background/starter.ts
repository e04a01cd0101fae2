import { principalName } from '../../../access/principal.ts'
import { resumedRecord } from '../../../http/access.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { JobLogs } from '../../../work/job-log.ts'
import type { JobName } from '../../../work/job.ts'
import type { JobStore } from '../../../work/job-store.ts'
import { LiveLog } from '../../../work/live-log.ts'
import type { Job } from '../../../work/work.ts'
import { dueNow } from '../../../work/due-clock.ts'
import type { AcceptedResponse, Making } from '../making.ts'
import type { StoredResponse } from '../stored-response.ts'
import { logEvents } from './active.ts'
import type { ActiveResponse } from './active.ts'
import type { BackgroundDependencies } from './dependencies.ts'
import { BackgroundMaker } from './maker.ts'
import { acceptedAgain } from './orders.ts'
import type { Order } from './order.ts'
import { interruptedError, lastEvents, unmade } from './unmade.ts'
import type { UnmadeEnd } from './unmade.ts'

export type MakingOf = (accepted: AcceptedResponse) => Promise<Making>

/** Milliseconds after which one is resumed again that found no slot, or what it continues in use. */
const againMs = 1_000

/** The background responses of this gateway, from their beginning to their end. */
export class BackgroundStarter {
  readonly #dependencies: BackgroundDependencies
  readonly #makingOf: MakingOf
  readonly #jobs: JobStore
  readonly #logs: JobLogs
  readonly #maker: BackgroundMaker
  /** By key; undefined while it is not begun. */
  readonly #active = new Map<string, ActiveResponse | undefined>()

  constructor(dependencies: BackgroundDependencies, jobs: JobStore, logs: JobLogs, makingOf: MakingOf) {
    this.#dependencies = dependencies
    this.#makingOf = makingOf
    this.#jobs = jobs
    this.#logs = logs
    this.#maker = new BackgroundMaker(dependencies.work, jobs, logs)
  }

  has(key: string): boolean {
    return this.#active.has(key)
  }

  /** One that is being made. */
  find(key: string): ActiveResponse | undefined {
    return this.#active.get(key)
  }

  /** Begins a new one, which is stored. Throws where its turn is refused. */
  async begin(accepted: AcceptedResponse, order: Order): Promise<{ active: ActiveResponse; job: Job }> {
    const making = await this.#makingOf(accepted)
    const log = accepted.request.stream === true ? -1 : undefined
    return this.#start(this.#activeOf(accepted, making, order, log), (active, job) => this.#maker.begin(active, job))
  }

  /** Makes one from its beginning that waited. Resolves when that is over, or it waits again. It never rejects. */
  async resume(name: JobName): Promise<void> {
    this.#active.set(name.id, undefined)
    let stored: StoredResponse | undefined
    try {
      stored = await this.#dependencies.stored.read(name.owner, name.id)
      const { order } = stored ?? {}
      if (stored && order) await this.#resume(name, { ...stored, order })
      else this.#jobs.transaction((connection) => this.#jobs.remove(connection, name))
    } catch (error) {
      await this.#notResumed(name, stored, error).catch(() => {}) // the store cannot be used: it is taken up again
    } finally {
      this.#active.delete(name.id)
    }
  }

  /** Ends one that nobody makes. */
  async end(name: JobName, stored: StoredResponse | undefined, end: UnmadeEnd): Promise<void> {
    if (!stored) return this.#jobs.transaction((connection) => this.#jobs.remove(connection, name))
    const { order: _order, worker: _worker, ...rest } = stored
    const resource = unmade(rest.resource, end)
    const last = this.#logs.last(name)
    const log = last === undefined ? undefined : new LiveLog(this.#jobs, this.#logs, name, last)
    logEvents({ log }, lastEvents(resource, end))
    const scope = { owner: name.owner, workspace: rest.workspace ?? 'default' }
    await this.#dependencies.stored.put(scope, { ...rest, resource }, false, (connection) => {
      this.#jobs.remove(connection, name)
      log?.writeIn(connection, true)
    })
    log?.close()
  }

  /** Ends one whose gateway is gone, and which may have had effects. */
  async interrupt(name: JobName): Promise<void> {
    if (!this.#jobs.take(name, this.#dependencies.work.mark)) return
    const stored = await this.#dependencies.stored.read(name.owner, name.id)
    await this.end(name, stored, interruptedError)
    if (stored) this.#log(name, stored, { turn: 'turn.failed', cause: 'interrupted', ms: 0 })
  }

  async #resume(name: JobName, stored: StoredResponse & { order: Order }): Promise<void> {
    const accepted = await acceptedAgain(name.owner, name.id, stored, this.#dependencies)
    const making = await this.#makingOf(accepted)
    const active = this.#activeOf(accepted, making, stored.order, this.#logs.last(name))
    const { job } = await this.#start(active, (active, job) => this.#maker.resume(active, job))
    await job.ended
    this.#log(name, stored, {}, accepted)
  }

  #activeOf(accepted: AcceptedResponse, making: Making, order: Order, last: number | undefined): ActiveResponse {
    const name = { owner: accepted.scope.owner, id: accepted.key }
    const log = last === undefined ? undefined : new LiveLog(this.#jobs, this.#logs, name, last)
    return { name, accepted, making, order, log, begun: false }
  }

  async #start(
    active: ActiveResponse,
    first: (active: ActiveResponse, job: Job) => Promise<() => Promise<void>>
  ): Promise<{ active: ActiveResponse; job: Job }> {
    const { making, name, log } = active
    const over = () => {
      making.release()
      this.#active.delete(name.id)
      log?.close()
    }
    this.#active.set(name.id, active)
    try {
      const { work } = this.#dependencies
      const isAdmitted = () => making.report.admitted
      const job = await work.begin(
        `resp_${name.id}`,
        async (job) => {
          const make = await first(active, job)
          return () => make().finally(over)
        },
        isAdmitted
      )
      return { active, job }
    } catch (error) {
      over()
      throw error
    }
  }

  /** What is only for now is tried again. */
  async #notResumed(name: JobName, stored: StoredResponse | undefined, error: unknown): Promise<void> {
    if (isForNow(error))
      return this.#jobs.transaction((connection) => this.#jobs.release(connection, name, dueNow() + againMs))
    await this.end(name, stored, error instanceof GatewayError ? error : failed)
  }

  #log(
    { owner }: JobName,
    { order, resource, workspace = 'default' }: StoredResponse,
    more: { turn?: 'turn.failed'; cause?: string; ms?: number },
    { reportTo }: Pick<AcceptedResponse, 'reportTo'> = {
      reportTo: { state: { id: order?.requestId ?? '', startedAt: 0 } }
    }
  ): void {
    const request = { route: '/responses', principal: principalName(owner), model: resource.model, workspace }
    this.#dependencies.logResumed?.({ ...resumedRecord(reportTo, request), ...more })
  }
}

const failed = new GatewayError('internal_error', 'The gateway failed to make this response.')

/** A full queue, a gateway that stops, a conversation or thread that somebody uses: nothing that is wrong with the response. */
const isForNow = (error: unknown): boolean =>
  error instanceof GatewayError &&
  (['rate_limited', 'overloaded', 'thread_busy'].includes(error.code) || error.reason === 'conversation_locked')
