import type { Connection } from '../store/connection.ts'
import { GatewayError } from '../turn/error.ts'
import type { Work } from '../work/work.ts'
import { steadyNow } from './clock.ts'
import type { StoredEvent } from './event-store.ts'
import { followTask } from './follow.ts'
import { Notices } from './notices.ts'
import { cancelledEnd, TaskQueue } from './queue.ts'
import { hasEnded } from './record.ts'
import type { TaskRecord, TaskSecrets } from './record.ts'
import type { RunParts } from './run.ts'
import { TaskRunner } from './runner.ts'
import type { TaskWriter } from './writer.ts'
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
  /** Who writes tasks, where several gateways with stores of their own share them; this one otherwise. */
  writer?: TaskWriter | undefined
}

/** Milliseconds for another look at a task that another gateway may run. */
const lookMs = 1_000

/** Work with a result, which survives the gateway. */
export class Tasks {
  readonly #store: TaskStore
  readonly #queue: TaskQueue
  readonly #runner: TaskRunner
  readonly #forget: TasksOptions['forget']
  readonly #writer: TaskWriter | undefined
  readonly #notices = new Notices()

  constructor({ store, publish, clear, ended, forget, work, writer, ...options }: TasksOptions) {
    this.#store = store
    this.#writer = writer
    this.#forget = forget
    this.#queue = new TaskQueue(store.tables, (connection, task, { sealed, files }) => {
      publish(connection, task, sealed === undefined ? undefined : store.targetIn(sealed))
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
      ...(writer && { settled: () => writer.settled(), isActive: () => writer.isHere }),
      changed: (id) => this.#notices.changed(id)
    })
  }

  /** Runs what there is to run from now on, until the gateway stops. */
  start(): void {
    this.#runner.start()
  }

  /** Something of a task was written by another gateway. */
  changed(id: string): void {
    this.#notices.changed(id)
  }

  /** Another gateway runs tasks from now on: those that run here end. */
  halt(): void {
    this.#runner.halt()
  }

  /** Stores a task, which is then run. The same task where its idempotency key has made it before. Throws where there are too many. */
  create(task: NewTask): TaskRecord {
    const made = this.#store.add(task)
    if (made.id === task.id) this.#runner.added()
    return made
  }

  /** The same, wherever tasks are written. Resolves when it would survive this gateway and its machine. */
  async submit(task: NewTask): Promise<TaskRecord> {
    if (this.#elsewhere) return this.find(task.owner, await this.#elsewhere.create(task))
    const made = this.create(task)
    await this.#writer?.settled().catch((error: unknown) => {
      if (made.id === task.id) this.endSoon(task.id) // nobody was told of it
      throw error
    })
    return made
  }

  /** To be awaited before `withKey` and `digestOf`. Rejects where the gateway that writes tasks cannot be asked. */
  async ready(): Promise<void> {
    await this.#writer?.ready()
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
    this.#notices.checkRoom(id)
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
    await followTask({ store: this.#store, notices: this.#notices, lookMs }, { id, sequence }, after, send, signal)
  }

  /** Ends a task. Resolves when it has ended, wherever it ran. One that has ended stays as it is. */
  async cancel(task: TaskRecord, signal: AbortSignal): Promise<TaskRecord> {
    if (hasEnded(task.status)) return task
    if (this.#elsewhere) await this.#elsewhere.cancel(task.id)
    else this.endSoon(task.id)
    const now = await this.ended(task, 30_000, signal)
    await this.#writer?.settled()
    return now
  }

  /** Ends a task, of whatever owner, without waiting for it. */
  endSoon(id: string): void {
    const task = this.#store.find(id)
    if (!task || hasEnded(task.status) || this.#queue.end(task, null, cancelledEnd)) return
    this.#queue.cancel(task)
    this.#runner.wake()
  }

  /** Deletes a task, after it was cancelled if it had not ended. */
  async delete(task: TaskRecord, signal: AbortSignal): Promise<void> {
    const now = await this.cancel(task, signal)
    if (!hasEnded(now.status))
      throw new GatewayError('conflict', 'The task does not end yet. Try again in a moment.', { retryAfter: 5 })
    if (this.#elsewhere) await this.#elsewhere.delete(task.id)
    else this.remove(task.id)
    await this.#writer?.settled()
  }

  /** Deletes a task that has ended, of whatever owner, and its thread. */
  remove(id: string): void {
    const task = this.#store.find(id)
    if (!task || !hasEnded(task.status)) return
    this.#store.delete(task)
    this.#forget(task)
  }

  /** Who writes tasks, where that is another gateway. */
  get #elsewhere(): TaskWriter | undefined {
    return this.#writer?.isHere === false ? this.#writer : undefined
  }

  get now(): number {
    return steadyNow()
  }
}
