import type { Engine } from '../turn/engine.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEnd } from '../turn/event.ts'
import { newReport, noteEvent } from '../turn/report.ts'
import type { TurnRequest } from '../turn/request.ts'
import { usageTotal } from '../turn/usage.ts'
import type { Usage } from '../turn/usage.ts'
import { steadyNow } from './clock.ts'
import { Mask } from './mask.ts'
import { RunProgress } from './progress.ts'
import type { RunFacts, TaskEnd, TaskQueue } from './queue.ts'
import type { Continuation, TaskOrder, TaskRecord, TaskSecrets } from './record.ts'
import { outcomeOf } from './result.ts'
import type { Outcome } from './result.ts'
import type { TaskStore } from './task-store.ts'
import { correction, firstTurn } from './turns.ts'
import type { RunPlan } from './turns.ts'

/** What runs are made of. */
export interface RunParts {
  engine: Pick<Engine, 'run'>
  store: TaskStore
  queue: TaskQueue
  /** Writes a task's files to where its commands can read them. Returns the folder. */
  writeFiles: (task: TaskRecord, files: NonNullable<TaskOrder['files']>) => Promise<string>
}

/** Milliseconds to wait for a limit of which nobody knows when it is lifted, and before a turn is tried again that found no slot. */
const waits = { limited: 60_000, busy: 1_000 }
/** How often a task may be begun. */
const maxAttempts = 10

/** Runs a task that this gateway has claimed, until it has ended, waits, or is somebody else's. */
export class TaskRun {
  readonly #parts: RunParts
  readonly #task: TaskRecord
  readonly #worker: string
  readonly #signal: AbortSignal
  readonly #startedAt = performance.now()
  /** Whether Codex has the task, and whether it may have done anything. */
  isBegun = false
  #acted = false
  #thread: string | undefined
  #usage: Usage | undefined
  #mask = new Mask([])

  constructor(parts: RunParts, task: TaskRecord, worker: string, signal: AbortSignal) {
    this.#parts = parts
    this.#task = task
    this.#worker = worker
    this.#signal = signal
    this.#usage = task.usage ?? undefined
  }

  /** What to store of how it came out. Throws only what the store does. */
  async run(): Promise<() => boolean> {
    const { store } = this.#parts
    const found = store.orderOf(this.#task)
    if (found === undefined) return this.#ends(failed('What this task was to do is lost.'))
    const plan = await this.#planOf(found)
    this.#mask = new Mask(Object.values(found.secrets.env ?? {}))
    using progress = new RunProgress(this.#mask, (now, events) => store.note(this.#task, now, events))
    let outcome = await this.#firstTurn(plan, progress)
    if (typeof outcome === 'object' && outcome.kind === 'mismatch' && this.#thread !== undefined) {
      const again = correction(plan, this.#thread, outcome.problems, this.#timeLeft(found.order))
      outcome = await this.#turn(again, found.order, progress)
    }
    progress.flush()
    return outcome ? this.#settled(outcome, found.order) : () => false
  }

  /** A thread may be gone in which the task was to go on. */
  async #firstTurn(plan: RunPlan, progress: RunProgress): Promise<Outcome | 'busy' | undefined> {
    const { order, task } = plan
    const outcome = await this.#turn(firstTurn(plan, this.#timeLeft(order)), order, progress)
    const isGone = typeof outcome === 'object' && outcome.kind === 'failed' && outcome.error.code === 'thread_not_found'
    if (!isGone || task.thread === null) return outcome
    return this.#turn(firstTurn({ ...plan, task: { ...task, thread: null } }, this.#timeLeft(order)), order, progress)
  }

  async #planOf({ order, secrets }: { order: TaskOrder; secrets: TaskSecrets }): Promise<RunPlan> {
    const files = order.files && {
      folder: await this.#parts.writeFiles(this.#task, order.files),
      names: order.files.map(({ name }) => name)
    }
    return { task: this.#task, order, secrets, files }
  }

  /** Undefined where codex is not to have the task any more. */
  async #turn(request: TurnRequest, order: TaskOrder, progress: RunProgress): Promise<Outcome | 'busy' | undefined> {
    const report = newReport()
    let isStarted = false
    let text: string | undefined
    let end: TurnEnd | undefined
    for await (const event of this.#parts.engine.run(request, this.#signal)) {
      if (event.type === 'turn.admitted' && !this.#begin()) return undefined
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
    if (!isStarted && end.type === 'turn.failed' && isBusy.has(end.error.code)) return 'busy'
    return outcomeOf(end, text, order)
  }

  #begin(): boolean {
    if (this.isBegun) return true
    this.isBegun = this.#parts.queue.begin(this.#task, this.#worker)
    return this.isBegun
  }

  #setThread(id: string): void {
    if (this.#thread !== id) this.#parts.queue.setThread(this.#task, id)
    this.#thread = id
  }

  #settled(outcome: Outcome | 'busy', order: TaskOrder): () => boolean {
    const { continuation } = this.#task
    if (outcome === 'busy') return this.#requeues(steadyNow() + waits.busy, continuation)
    switch (outcome.kind) {
      case 'succeeded':
        return this.#ends({ status: 'succeeded', result: outcome.result })
      case 'failed':
        return this.#ends({ status: 'failed', error: outcome.error })
      case 'mismatch': {
        const message = `The answer does not follow the schema: ${outcome.problems.join('; ')}`
        return this.#ends({ status: 'failed', error: { class: 'invalid_result', message } })
      }
      case 'limited':
        return this.#limited(outcome, order)
      case 'stopped':
        if (!this.isBegun) return this.#requeues(0, continuation)
        return this.#goesOn(order, {
          class: 'interrupted',
          message: 'The gateway was stopped while Codex worked on it.'
        })
      case 'crashed':
        return this.#goesOn(order, outcome.error)
    }
  }

  #limited({ error, retryAfter }: Extract<Outcome, { kind: 'limited' }>, { whenLimited }: TaskOrder): () => boolean {
    const until = steadyNow() + (retryAfter === undefined ? waits.limited : retryAfter * 1000)
    if (whenLimited === 'fail' || until >= this.#task.deadline) return this.#ends({ status: 'failed', error })
    const how = this.#acted ? 'limited' : this.#task.continuation
    return () => this.#parts.queue.wait(this.#task, this.#worker, until, how, this.#facts())
  }

  /** In its thread, where its caller allows that. */
  #goesOn({ retry }: TaskOrder, error: Extract<TaskEnd, { status: 'failed' }>['error']): () => boolean {
    if (retry === 'safe' && this.#task.attempts + 1 < maxAttempts) return this.#requeues(0, 'interrupted')
    return this.#ends({ status: 'failed', error })
  }

  #ends(end: TaskEnd): () => boolean {
    return () => this.#parts.queue.end(this.#task, this.#worker, withoutSecrets(end, this.#mask), this.#facts())
  }

  #requeues(at: number, continuation: Continuation | null): () => boolean {
    return () => this.#parts.queue.requeue(this.#task, this.#worker, at, continuation, this.#facts())
  }

  #facts(): RunFacts {
    return { tookMs: Math.round(performance.now() - this.#startedAt), usage: this.#usage ?? null }
  }

  #timeLeft({ timeoutMs }: TaskOrder): number {
    const took = this.#task.spentMs + performance.now() - this.#startedAt
    return Math.max(1, Math.min(timeoutMs - took, this.#task.deadline - steadyNow()))
  }
}

function withoutSecrets(end: TaskEnd, mask: Mask): TaskEnd {
  if (end.status === 'succeeded') return { ...end, result: mask.value(end.result) }
  return { ...end, error: { ...end.error, message: mask.text(end.error.message) } }
}

/** Why a turn did not get a slot, or Codex no process: it may be tried again. */
const isBusy: ReadonlySet<string> = new Set(['rate_limited', 'overloaded'])

const failed = (message: string): TaskEnd => ({ status: 'failed', error: { class: 'engine', message } })
