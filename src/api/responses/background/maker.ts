import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../../../store/connection.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { TurnEvent } from '../../../turn/event.ts'
import type { Job, Work } from '../../../work/work.ts'
import { dueNow } from '../../../work/due-clock.ts'
import type { JobLogs } from '../../../work/job-log.ts'
import type { JobStore } from '../../../work/job-store.ts'
import { emitTurn } from '../../emit.ts'
import type { ResponseEvent } from '../event.ts'
import type { ResponseResource } from '../resource.ts'
import { acceptedTurn } from './accepted-turn.ts'
import type { AcceptedTurn } from './accepted-turn.ts'
import { logEvents } from './active.ts'
import type { ActiveResponse } from './active.ts'
import { mayWait } from './waiting.ts'

/** How often it is tried to store an end, and milliseconds between: the disk may be full for a moment. */
const storing = { tries: 30, every: 1_000 }

/** Makes responses whose requests are over, and stores what comes of them, beside what is known of the work. */
export class BackgroundMaker {
  readonly #work: Work
  readonly #jobs: JobStore
  readonly #logs: JobLogs

  constructor(work: Work, jobs: JobStore, logs: JobLogs) {
    this.#work = work
    this.#jobs = jobs
    this.#logs = logs
  }

  /** Stores a new one. Returns what makes it. Throws where its turn is refused or it cannot be stored. */
  async begin(active: ActiveResponse, job: Job): Promise<() => Promise<void>> {
    const { making, accepted, order, name } = active
    const turn = await acceptedTurn(making.run(job.signal))
    active.begun = turn.isAdmitted
    const newJob = {
      ...{ workspace: accepted.scope.workspace, model: accepted.model.model ?? '' },
      ...{ worker: this.#work.mark, begun: turn.isAdmitted }
    }
    const options = { worker: newJob.worker, order }
    const isStored = await this.#store(active, making.answer.events.resource(), options, (connection) => {
      this.#jobs.add(connection, name, newJob)
      if (active.log) this.#logs.create(connection, name)
    })
    if (isStored) return () => this.#make(active, turn, job)
    await turn.leave()
    throw new GatewayError('overloaded', 'The response cannot be stored, so it was not begun.', { retryAfter: 5 })
  }

  /** The same for one that is stored, and waits no longer. */
  async resume(active: ActiveResponse, job: Job): Promise<() => Promise<void>> {
    const turn = await acceptedTurn(active.making.run(job.signal))
    return () => this.#make(active, turn, job)
  }

  /** Resolves when its end is stored, or that it waits. */
  async #make(active: ActiveResponse, turn: AcceptedTurn, job: Job): Promise<void> {
    const { events } = active.making.answer
    const last = await this.#ending(active, turn, job)
    if (last === 'not begun') return this.#letWait(active)
    if (last instanceof GatewayError) return this.#letWait(active, (last.retryAfter ?? 0) * 1000)
    logEvents(active, last)
    const store = () =>
      this.#store(active, events.resource(), { isNew: false }, (connection) => {
        this.#jobs.remove(connection, active.name)
        active.log?.writeIn(connection, true)
      })
    for (let left = storing.tries; !(await store()) && --left > 0 && !this.#work.isStopping;) await sleep(storing.every)
  }

  /** Returns whether that was done. */
  async #store(
    { making: { answer } }: Pick<ActiveResponse, 'making'>,
    resource: ResponseResource,
    options: { isNew?: boolean; worker?: string; order?: ActiveResponse['order'] },
    beside: (connection: Connection) => void
  ): Promise<boolean> {
    return (await answer.store?.(resource, { ...options, beside }))?.store ?? false
  }

  /** The last events; or why it is not over: it had not begun when the gateway stopped, or waits until this limit is lifted. */
  async #ending(
    active: ActiveResponse,
    turn: AcceptedTurn,
    job: Job
  ): Promise<readonly ResponseEvent[] | 'not begun' | GatewayError> {
    const { events } = active.making.answer
    logEvents(active, active.log?.isNew === false ? events.opening.slice(1) : events.opening)
    try {
      const emit = (event: ResponseEvent) => logEvents(active, [event])
      return events.complete(await emitTurn(this.#noting(active, turn), events, emit))
    } catch (error) {
      if (job.isCancelled || error === wanted) return events.cancel()
      if (this.#work.isStopping && !active.begun) return 'not begun'
      if (!(error instanceof GatewayError))
        return events.fail(new GatewayError('internal_error', 'The gateway failed to make this response.'))
      return mayWait(active, error) ? error : events.fail(error)
    }
  }

  /** The same events. It is stored that codex gets the turn before it does. */
  async *#noting(active: ActiveResponse, turn: AcceptedTurn): AsyncGenerator<TurnEvent, void, void> {
    for await (const event of turn) {
      if (event.type === 'turn.admitted' && !active.begun) {
        if (!this.#jobs.begin(active.name, this.#work.mark)) throw wanted
        active.begun = true
      }
      yield event
    }
  }

  /** Lets it wait to be made from its beginning: at the next start, or at a time that its client can see. */
  async #letWait(active: ActiveResponse, ms?: number): Promise<void> {
    const { making, name, order, log } = active
    if (ms === undefined) {
      this.#jobs.transaction((connection) => {
        this.#jobs.release(connection, name, 0)
        log?.writeIn(connection, false)
      })
      return
    }
    const { events } = making.answer
    logEvents(active, events.queue(dueNow() + ms))
    await this.#store(active, events.resource(), { isNew: false, order }, (connection) => {
      this.#jobs.postpone(connection, name, ms)
      log?.writeIn(connection, false)
    })
  }
}

/** Thrown where another gateway wants the response to end, or has deleted it. */
const wanted = new Error('cancelled elsewhere')
