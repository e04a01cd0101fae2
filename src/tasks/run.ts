import type { Engine } from '../turn/engine.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEnd } from '../turn/event.ts'
import { Linked } from '../turn/linked.ts'
import { newReport, noteEvent } from '../turn/report.ts'
import type { TurnRequest } from '../turn/request.ts'
import { usageTotal } from '../turn/usage.ts'
import type { Usage } from '../turn/usage.ts'
import { steadyNow } from './clock.ts'
import { Mask } from './mask.ts'
import { nextAfter } from './next.ts'
import type { Next } from './next.ts'
import { RunProgress } from './progress.ts'
import type { RunFacts, TaskEnd, TaskQueue } from './queue.ts'
import type { TaskOrder, TaskRecord, TaskSecrets } from './record.ts'
import { outcomeOf } from './result.ts'
import type { Outcome } from './result.ts'
import type { TaskStore } from './task-store.ts'
import { correction, firstTurn } from './turns.ts'
import type { RunPlan } from './turns.ts'

/** What runs are made of. */
export interface RunParts {
  /** Resolves when what was written would survive this machine; left out where turns run on it. */
  settled?: (() => Promise<void>) | undefined
  engine: Pick<Engine, 'run'>
  store: TaskStore
  queue: TaskQueue
  /** Writes a task's files to where its commands can read them. Returns the folder. */
  writeFiles: (task: TaskRecord, files: NonNullable<TaskOrder['files']>) => Promise<string>
}

/** Milliseconds of the longest timer that Node has. */
const longestTimer = 2_147_483_647
const lost: TaskEnd = { status: 'failed', error: { class: 'engine', message: 'What this task was to do is lost.' } }

/** Runs a task that this gateway has claimed, until it has ended, waits, or is somebody else's. */
export class TaskRun {
  readonly #parts: RunParts
  readonly #task: TaskRecord
  readonly #worker: string
  readonly #linked: Linked
  /** When codex got the task, by `performance.now()`. */
  #begunAt: number | undefined
  #acted = false
  #thread: string | undefined
  #host: string | null = null
  #usage: Usage | undefined
  #mask = new Mask([])

  constructor(parts: RunParts, task: TaskRecord, worker: string, signal: AbortSignal) {
    this.#parts = parts
    this.#task = task
    this.#worker = worker
    this.#linked = new Linked(signal)
    this.#usage = task.usage ?? undefined
  }

  /** Whether codex has the task. */
  get isBegun(): boolean {
    return this.#begunAt !== undefined
  }

  get #tookMs(): number {
    return this.#begunAt === undefined ? 0 : performance.now() - this.#begunAt
  }

  /** What to store of how it came out. Throws only what the store does. */
  async run(): Promise<() => boolean> {
    const { store } = this.#parts
    const found = store.orderOf(this.#task)
    if (found === undefined) return this.#settled({ kind: 'end', end: lost })
    const plan = await this.#planOf(found)
    using _deadline = this.#untilDeadline()
    this.#mask = new Mask(Object.values(found.secrets.env ?? {}))
    using progress = new RunProgress(this.#mask, (now, events) => store.note(this.#task, now, events))
    let outcome = await this.#firstTurn(plan, progress)
    if (outcome?.kind === 'mismatch' && this.#thread !== undefined) {
      const again = correction(
        plan,
        { thread: this.#thread, host: this.#host },
        outcome.problems,
        this.#timeLeft(found.order)
      )
      outcome = await this.#turn(again, found.order, progress)
    }
    progress.flush()
    if (outcome === undefined) return () => false
    const state = { task: this.#task, order: found.order, begun: this.isBegun, acted: this.#acted }
    return this.#settled(nextAfter(outcome, state))
  }

  /** A thread may be gone in which the task was to go on. */
  async #firstTurn(plan: RunPlan, progress: RunProgress): Promise<Outcome | undefined> {
    const { order, task } = plan
    const outcome = await this.#turn(firstTurn(plan, this.#timeLeft(order)), order, progress)
    const isGone = outcome?.kind === 'failed' && outcome.error.code === 'thread_not_found'
    if (!isGone || task.thread === null) return outcome
    return this.#turn(firstTurn({ ...plan, task: { ...task, thread: null } }, this.#timeLeft(order)), order, progress)
  }

  /** Ends the run when its time is over, wherever it waits. */
  #untilDeadline(): Disposable {
    const linked = this.#linked
    const left = Math.min(this.#task.deadline - steadyNow(), longestTimer)
    const timer = setTimeout(() => linked.controller.abort('timeout'), left)
    return {
      [Symbol.dispose]() {
        clearTimeout(timer)
        linked[Symbol.dispose]()
      }
    }
  }

  async #planOf({ order, secrets }: { order: TaskOrder; secrets: TaskSecrets }): Promise<RunPlan> {
    const files = order.files && {
      folder: await this.#parts.writeFiles(this.#task, order.files),
      names: order.files.map(({ name }) => name)
    }
    return { task: this.#task, order, secrets, files }
  }

  /** Undefined where codex is not to have the task any more. */
  async #turn(request: TurnRequest, order: TaskOrder, progress: RunProgress): Promise<Outcome | undefined> {
    const report = newReport()
    let isStarted = false
    let text: string | undefined
    let end: TurnEnd | undefined
    if (!(await this.#send())) return undefined
    for await (const event of this.#parts.engine.run(request, this.#linked.controller.signal)) {
      if (event.type === 'turn.admitted' && !this.#begin()) return undefined
      if (event.type === 'turn.admitted') this.#host = event.worker ?? this.#host
      noteEvent(report, event)
      progress.note(event)
      if (event.type === 'thread.started') {
        isStarted = true
        this.#setThread(event.thread_id)
      }
      if (event.type === 'item.completed' && event.item.type === 'agent_message') text = event.item.text
      if (isTurnEnd(event)) end = event
    }
    this.#acted ||= report.acted
    this.#usage = usageTotal([this.#usage, report.usage])
    if (end === undefined) return { kind: 'crashed', error: { class: 'engine', message: 'Codex gave no result.' } }
    return outcomeOf(end, text, { schema: order.schema, isStarted })
  }

  /** It must be known of a task that leaves this machine: who takes it over cannot ask whether it was begun. */
  async #send(): Promise<boolean> {
    const { queue, settled } = this.#parts
    if (!settled || this.isBegun) return true
    if (!queue.send(this.#task, this.#worker)) return false
    await settled()
    return true
  }

  #begin(): boolean {
    if (this.isBegun) return true
    if (!this.#parts.queue.begin(this.#task, this.#worker)) return false
    this.#begunAt = performance.now()
    return true
  }

  #setThread(id: string): void {
    if (this.#thread !== id) this.#parts.queue.setThread(this.#task, id, this.#host)
    this.#thread = id
  }

  /** Stores what becomes of the task. Throws where it cannot; false where the task is another's by now. */
  #settled(next: Next): () => boolean {
    const { queue } = this.#parts
    const [task, worker] = [this.#task, this.#worker]
    return () => {
      switch (next.kind) {
        case 'end':
          return queue.end(task, worker, withoutSecrets(next.end, this.#mask), this.#facts())
        case 'wait':
          return queue.wait(task, worker, next.until, next.continuation, this.#facts())
        case 'requeue':
          return queue.requeue(task, worker, next.at, next.continuation, this.#facts())
      }
    }
  }

  #facts(): RunFacts {
    return { tookMs: Math.round(this.#tookMs), usage: this.#usage ?? null }
  }

  #timeLeft({ timeoutMs }: TaskOrder): number {
    return Math.max(1, timeoutMs - this.#task.spentMs - this.#tookMs)
  }
}

function withoutSecrets(end: TaskEnd, mask: Mask): TaskEnd {
  if (end.status === 'succeeded') return { ...end, result: mask.value(end.result) }
  return { ...end, error: { ...end.error, message: mask.text(end.error.message) } }
}
