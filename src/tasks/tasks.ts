import type { Connection } from '../store/connection.ts'
import { GatewayError } from '../turn/error.ts'
import type { Work } from '../work/work.ts'
import { steadyNow } from './clock.ts'
import { eventsAfter } from './event-store.ts'
import type { StoredEvent } from './event-store.ts'
import { Notices } from './notices.ts'
import { TaskQueue } from './queue.ts'
import type { TaskEnd } from './queue.ts'
import { hasEnded } from './record.ts'
import type { TaskRecord, TaskSecrets } from './record.ts'
import type { RunParts } from './run.ts'
import { TaskRunner } from './runner.ts'
import type { RunnerLimits } from './runner.ts'
import type { ListOptions, NewTask, TaskStore } from './task-store.ts'

export interface TasksOptions extends Pick<RunParts, 'engine' | 'writeFiles'> {
  store: TaskStore
  work: Work
  /** Whether the gateway with this mark runs. */
  isAlive: (mark: string) => boolean
  limits: RunnerLimits
  /** Stores whom to inform of a task's end, in the transaction in which it ends. */
  publish: (connection: Connection, task: TaskRecord, target: TaskSecrets['webhook']) => void
  /** Removes the files of a task, once it has ended. */
  clear: (task: TaskRecord) => void
  /** Called when it is stored that a task has ended. */
  ended: (task: TaskRecord) => void
  /** Removes the thread of a task that is deleted. */
  forget: (task: TaskRecord) => void
}

/** Milliseconds for another look at a task that another gateway may run. */
const lookMs = 1_000
/** Requests that may wait for one task at once. */
const maxWatchers = 100

/** Work with a result, which survives the gateway. */
export class Tasks {
  readonly #store: TaskStore
  readonly #queue: TaskQueue
  readonly #runner: TaskRunner
  readonly #forget: TasksOptions['forget']
  readonly #notices = new Notices()

  constructor({ store, publish, clear, ended, forget, work, ...options }: TasksOptions) {
    this.#store = store
    this.#forget = forget
    this.#queue = new TaskQueue(store.tables, (connection, task, { sealed, files }) => {
      publish(connection, task, sealed === undefined ? undefined : targetIn(store, sealed))
      setImmediate(() => {
        if (files) clear(task)
        ended(task)
        this.#notices.changed(task.id)
      })
    })
    this.#runner = new TaskRunner({
      ...options,
      store,
      work,
      queue: this.#queue,
      changed: (id) => this.#notices.changed(id)
    })
  }

  /** Runs what there is to run from now on, until the gateway stops. */
  start(): void {
    this.#runner.start()
  }

  /** Stores a task, which is then run. The same task where its idempotency key has made it before. Throws where there are too many. */
  create(task: NewTask): TaskRecord {
    const made = this.#store.add(task)
    if (made.id === task.id) this.#runner.added()
    return made
  }

  /** The task that this idempotency key of an owner's has made, where `request` is the same. Throws `conflict` where it is another. */
  withKey(owner: string, key: string, request: string): TaskRecord | undefined {
    return this.#store.withKey(owner, { key, digest: this.#store.digestOf(request) })
  }

  digestOf(request: string): string {
    return this.#store.digestOf(request)
  }

  /** Throws `not_found` where it is not there, or not this owner's. */
  find(owner: string, id: string): TaskRecord {
    const found = this.#store.find(id)
    if (found?.owner === owner) return found
    throw new GatewayError('not_found', `There is no task ${id.slice(0, 64)}.`, { param: 'id' })
  }

  list(owner: string, options: ListOptions): TaskRecord[] {
    return this.#store.list(owner, options)
  }

  /** Throws where so many wait for a task already that one more would be too many. To be called before `ended` and `follow`. */
  checkWatchers({ id }: TaskRecord): void {
    if (this.#notices.count(id) < maxWatchers) return
    throw new GatewayError('rate_limited', `${maxWatchers} requests wait for this task already.`, { retryAfter: 5 })
  }

  /** Resolves with the task once it has ended, or after so many milliseconds as it then is. */
  async ended({ id, owner }: TaskRecord, milliseconds: number, signal: AbortSignal): Promise<TaskRecord> {
    const until = performance.now() + milliseconds
    for (;;) {
      const change = this.#notices.next(id, Math.min(lookMs, until - performance.now()), signal)
      const now = this.find(owner, id)
      if (hasEnded(now.status) || signal.aborted || performance.now() >= until) {
        change.give()
        return now
      }
      await change.come
    }
  }

  /** Calls `send` with the events behind the one with the number `after`, and then with those that come, until the task has ended. */
  async follow(
    { id, sequence }: TaskRecord,
    after: number,
    send: (events: readonly StoredEvent[]) => Promise<void> | undefined,
    signal: AbortSignal
  ): Promise<void> {
    let last = after
    while (!signal.aborted) {
      const change = this.#notices.next(id, lookMs, signal)
      const status = this.#store.find(id)?.status // before its events: the last one is there when it has ended
      const isOver = status === undefined || hasEnded(status)
      const events = eventsAfter(this.#store.tables, sequence, last)
      last = events.at(-1)?.seq ?? last
      if (events.length > 0 || isOver) change.give()
      if (events.length > 0) await send(events)
      else if (isOver) return
      else await change.come
    }
  }

  /** Ends a task. Resolves when it has ended, wherever it ran. One that has ended stays as it is. */
  async cancel(task: TaskRecord, signal: AbortSignal): Promise<TaskRecord> {
    if (hasEnded(task.status)) return task
    if (!this.#queue.end(task, null, cancelled)) {
      this.#queue.cancel(task)
      this.#runner.wake()
    }
    return this.ended(task, 30_000, signal)
  }

  /** Deletes a task, after it was cancelled if it had not ended. */
  async delete(task: TaskRecord, signal: AbortSignal): Promise<void> {
    const now = await this.cancel(task, signal)
    if (!hasEnded(now.status))
      throw new GatewayError('conflict', 'The task does not end yet. Try again in a moment.', { retryAfter: 5 })
    this.#store.delete(task)
    this.#forget(now)
  }

  get now(): number {
    return steadyNow()
  }
}

/** Where the key is gone that it was sealed with, nobody can be informed. */
function targetIn(store: TaskStore, sealed: string): TaskSecrets['webhook'] {
  try {
    return store.secretsIn(sealed).webhook
  } catch {
    return undefined
  }
}

const cancelled: TaskEnd = { status: 'failed', error: { class: 'cancelled', message: 'The task was cancelled.' } }
