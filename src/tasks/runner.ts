import { setTimeout as sleep } from 'node:timers/promises'
import { dueNow } from '../work/due-clock.ts'
import type { Work } from '../work/work.ts'
import { cancelledTasks, lostTasks, overdueTasks, wakeWaiting } from './due.ts'
import { maxAttempts } from './next.ts'
import type { TaskEnd, TaskQueue } from './queue.ts'
import type { TaskError, TaskRecord } from './record.ts'
import { TaskRun } from './run.ts'
import type { RunParts } from './run.ts'

export interface RunnerLimits {
  /** Tasks that this gateway runs at once, of all owners and of one. */
  running: number
  runningPerOwner: number
}

export interface RunnerOptions extends RunParts {
  queue: TaskQueue
  work: Work
  isAlive: (mark: string) => boolean
  limits: RunnerLimits
  /** Whether tasks are run here, of several gateways that share them with stores of their own; they are when left out. */
  isActive?: (() => boolean) | undefined
  /** Called when something of a task has changed. */
  changed: (id: string) => void
}

/** Milliseconds: between two looks at what there is to do, between two deletions of old tasks, and for the processes of a gateway that was killed to end. */
const times = { look: 1_000, expiry: 60_000, ending: 3_000 }

/** Owners whose last turn is remembered. */
const maxServed = 10_000

/** Runs the tasks of the store, and takes over those of gateways that are gone. Several gateways may do so with one store. */
export class TaskRunner {
  readonly #options: RunnerOptions
  /** The tasks that run here, by their id. */
  readonly #running = new Map<string, TaskRecord>()
  /** When each owner last got a turn, counted in turns. */
  readonly #served = new Map<string, number>()
  #turns = 0
  #expireAt = 0
  #woken = false

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  start(): void {
    const timer = setInterval(() => {
      if (this.#options.work.isStopping) return clearInterval(timer)
      this.#look()
    }, times.look)
    timer.unref()
    this.wake() // for what earlier gateways have left
  }

  /** There is a new task. One that has to wait needs no look. */
  added(): void {
    if (this.#running.size < this.#options.limits.running) this.wake()
  }

  /** Ends what runs here. */
  halt(): void {
    for (const id of this.#running.keys()) void this.#options.work.cancel(id)
  }

  /** Looks for what there is to do, soon. */
  wake(): void {
    if (this.#woken) return
    this.#woken = true
    setImmediate(() => {
      this.#woken = false
      this.#look()
    })
  }

  #look(): void {
    const { work, store, isActive = () => true } = this.#options
    if (work.isStopping || !isActive()) return
    try {
      wakeWaiting(store.tables)
      this.#takeOver()
      this.#endOverdue()
      if (this.#running.size > 0) for (const id of cancelledTasks(store.tables, work.mark)) void work.cancel(id)
      while (this.#running.size < this.#options.limits.running && this.#claimNext());
      if (performance.now() < this.#expireAt) return
      this.#expireAt = performance.now() + times.expiry
      store.expire()
    } catch {
      // the store cannot be used at the moment
    }
  }

  /** What had not begun is run again; what had is not, unless its caller allows it. */
  #takeOver(): void {
    const { queue, work, store, isAlive } = this.#options
    const isHere = ({ id }: TaskRecord) => this.#running.has(id)
    for (const task of lostTasks(store.tables, (worker) => worker !== work.mark && isAlive(worker))) {
      if (task.worker === null || isHere(task)) continue
      if (task.cancelled) queue.end(task, task.worker, failed('cancelled', 'The task was cancelled.'))
      else if (!task.begun) queue.requeue(task, task.worker, 0, task.continuation)
      else if (!this.#mayGoOn(task)) queue.end(task, task.worker, interruptedEnd)
      else queue.requeue(task, task.worker, dueNow() + times.ending, 'interrupted')
      this.#options.changed(task.id)
    }
  }

  #mayGoOn(task: TaskRecord): boolean {
    return task.attempts < maxAttempts && this.#options.store.orderOf(task)?.order.retry === 'safe'
  }

  #endOverdue(): void {
    for (const task of overdueTasks(this.#options.store.tables))
      this.#options.queue.end(task, null, failed('timeout', 'The deadline of the task is over.'))
  }

  /** False where there is nothing that may run. */
  #claimNext(): boolean {
    const { queue, limits, work } = this.#options
    const here = (owner: string) => [...this.#running.values()].filter((task) => task.owner === owner).length
    const owners = queue.owners().filter(({ owner }) => here(owner) < limits.runningPerOwner)
    const last = (owner: string) => this.#served.get(owner) ?? 0
    const [next] = owners.sort((one, other) => one.running - other.running || last(one.owner) - last(other.owner))
    const task = next && queue.claim(next.owner, work.mark)
    if (task === undefined) return false
    if (this.#served.size >= maxServed) this.#served.clear()
    this.#served.set(task.owner, ++this.#turns)
    this.#running.set(task.id, task)
    void this.#run(task)
      .catch(() => {}) // the store cannot be used: it is looked for again
      .finally(() => {
        this.#running.delete(task.id)
        this.wake()
      })
    return true
  }

  async #run(task: TaskRecord): Promise<void> {
    const { work, changed } = this.#options
    const { mark } = work
    let run: TaskRun | undefined
    const job = await work.begin(
      task.id,
      async ({ signal }) => {
        const current = (run = new TaskRun(this.#options, task, mark, signal))
        return async () => {
          const settle = await current.run().catch(() => this.#afterFault(task, mark, current.isBegun))
          await this.#untilStored(settle)
          changed(task.id)
        }
      },
      () => run?.isBegun ?? false
    )
    await job.ended
  }

  /** Runs do not throw, but for what the store does. */
  #afterFault(task: TaskRecord, mark: string, isBegun: boolean): () => boolean {
    const { queue } = this.#options
    if (!isBegun) return () => queue.requeue(task, mark, dueNow() + times.look, task.continuation)
    return () => queue.end(task, mark, failed('engine', 'The gateway failed to run this task.'))
  }

  /** A disk may be full for a while. What cannot be stored before the gateway stops is found as interrupted by the next one. */
  async #untilStored(settle: () => boolean): Promise<void> {
    for (;;) {
      try {
        settle()
        return
      } catch (error) {
        if (this.#options.work.isStopping) throw error
        await sleep(times.look)
      }
    }
  }
}

const failed = (reason: TaskError['class'], message: string): TaskEnd => ({
  status: 'failed',
  error: { class: reason, message }
})

const interruptedEnd = failed(
  'interrupted',
  'The gateway ended while Codex worked on this task. What it had done by then has taken effect.'
)
