import type { ApiContext } from '../../../http/api.ts'
import { GatewayError } from '../../../turn/error.ts'
import { JobLogs } from '../../../work/job-log.ts'
import type { JobName } from '../../../work/job.ts'
import type { JobStore } from '../../../work/job-store.ts'
import type { AcceptedResponse } from '../making.ts'
import type { ResponseResource } from '../resource.ts'
import type { StoredResponse } from '../stored-response.ts'
import type { BackgroundDependencies } from './dependencies.ts'
import { followResponse } from './follow.ts'
import { orderOf } from './orders.ts'
import { Resumer } from './resumer.ts'
import { BackgroundStarter } from './starter.ts'
import type { MakingOf } from './starter.ts'
import { interruptedError, unmade } from './unmade.ts'
import { dueNow } from '../../../work/due-clock.ts'

/** Bytes of what is stored of an owner's responses that are not over. */
const maxBytes = 268_435_456

interface Parts {
  jobs: JobStore
  logs: JobLogs
  starter: BackgroundStarter
}

/** The responses that are made after their request was answered, and, where the gateway ended meanwhile, by the next one. */
export class BackgroundResponses {
  readonly #dependencies: BackgroundDependencies
  readonly #stored: Parts | undefined

  constructor(dependencies: BackgroundDependencies, makingOf: MakingOf) {
    const { work, jobs, concurrency = 2 } = dependencies
    this.#dependencies = dependencies
    if (!jobs) return
    const logs = new JobLogs(jobs)
    const starter = new BackgroundStarter(dependencies, jobs, logs, makingOf)
    this.#stored = { jobs, logs, starter }
    new Resumer({
      ...{ work, jobs, logs, concurrency },
      isActive: (key) => starter.has(key),
      resume: (name) => starter.resume(name),
      interrupt: (name) => starter.interrupt(name),
      cancel: (key) => work.cancel(`resp_${key}`)
    })
  }

  /** Begins one, and answers with it as it is then, or with its events. Throws where its turn is refused or it cannot be stored. */
  async answer(ctx: ApiContext, accepted: AcceptedResponse): Promise<void> {
    const { starter } = this.#parts()
    this.#checkRoom(accepted.scope.owner)
    const { active, job } = await starter.begin(accepted, orderOf(ctx, accepted))
    ctx.state.background = job.ended
    const resource = active.making.answer.events.resource()
    if (accepted.request.stream) await this.follow(ctx, active.name, -1, resource)
    else ctx.body = resource
  }

  /** How a response is now. `find` reads the stored one, which may be behind. */
  async current(name: JobName, find: () => Promise<StoredResponse>): Promise<ResponseResource> {
    const active = this.#stored?.starter.find(name.id) // before anything is read: it may end meanwhile
    const job = this.#dependencies.work.find(`resp_${name.id}`)
    const stored = await find()
    if (!active || !job) return this.#idle(name, stored)
    const { events } = active.making.answer
    if (events.resource().status !== 'in_progress') await job.ended // shown only when it is stored
    return events.resource()
  }

  /** Answers with the events of a response behind the one with this number, also with those that are still to come. Throws where they are not there. */
  async follow(ctx: ApiContext, name: JobName, after: number, resource: ResponseResource): Promise<void> {
    const { logs, starter } = this.#parts()
    const { work, waiting } = this.#dependencies
    await followResponse(ctx, {
      ...{ resource, waiting, after },
      read: (after) => logs.read(name, after),
      watch: (wake) => starter.find(name.id)?.log?.watch(wake),
      isOver: () => work.isStopping && !starter.has(name.id)
    })
  }

  /** Ends one. Resolves when that is stored, or, where another gateway makes it, when that one can know. */
  async cancel(name: JobName, find: () => Promise<StoredResponse>): Promise<void> {
    const { jobs, starter } = this.#stored ?? {}
    if (starter?.find(name.id)) return this.#dependencies.work.cancel(`resp_${name.id}`)
    if (!jobs?.find(name)) return this.#cancelElsewhere(name, await find())
    if (jobs.take(name, this.#dependencies.work.mark)) await starter?.end(name, await find(), 'cancelled')
    else jobs.cancel(name)
  }

  async #cancelElsewhere({ id }: JobName, { resource, worker }: StoredResponse): Promise<void> {
    const isOver = resource.status !== 'in_progress' && resource.status !== 'queued'
    const { work } = this.#dependencies
    if (!isOver && worker !== undefined && worker !== work.mark) await work.cancelElsewhere(worker, `resp_${id}`)
  }

  /** One that this gateway does not make. */
  #idle(name: JobName, { resource, worker }: StoredResponse): ResponseResource {
    if (resource.status !== 'in_progress' && resource.status !== 'queued') return resource
    const job = this.#stored?.jobs.find(name)
    if (!job || job.begun) {
      const isLost = this.#dependencies.work.isLost(job ? job.worker : worker)
      return isLost ? unmade(resource, interruptedError) : resource
    }
    const { waiting_for_reset: waiting, ...rest } = resource
    if (!waiting || job.worker !== undefined || job.readyAt <= dueNow()) return rest
    return { ...rest, waiting_for_reset: { resets_at: Math.ceil(job.readyAt / 1000) } }
  }

  #checkRoom(owner: string): void {
    const { webhooks, maxUnfinished = 1_000 } = this.#dependencies
    webhooks?.checkRoom(owner)
    const { count, bytes } = this.#parts().jobs.load(owner)
    if (count < maxUnfinished && bytes < maxBytes) return
    const message = 'You have too many unfinished background responses. Wait for some to end, or cancel them.'
    throw new GatewayError('rate_limited', message, { retryAfter: 30 })
  }

  #parts(): Parts {
    if (this.#stored) return this.#stored
    throw new GatewayError(
      'unsupported',
      'Responses are not stored here (CODEX_THREAD_TTL_HOURS is 0), and so there are none in the background.',
      { param: 'background' }
    )
  }
}
