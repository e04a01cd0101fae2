import type { Connection } from '../store/connection.ts'
import type { Usage } from '../turn/usage.ts'
import { dueNow } from '../work/due-clock.ts'
import { addEvents } from './event-store.ts'
import type { TaskEvent } from './event-store.ts'
import { hasEnded } from './record.ts'
import type { Continuation, TaskError, TaskRecord } from './record.ts'
import { taskIn } from './rows.ts'
import type { Tables } from '../store/tables.ts'

/** How a task came to its end. */
export type TaskEnd = { status: 'succeeded'; result: unknown } | { status: 'failed'; error: TaskError }

/** The end of a task that somebody cancelled. */
export const cancelledEnd: TaskEnd = {
  status: 'failed',
  error: { class: 'cancelled', message: 'The task was cancelled.' }
}

/** What is known of a run that is over. */
export interface RunFacts {
  /** Milliseconds. */
  tookMs?: number
  usage?: Usage | null
}

/** Called in the transaction in which a task ends, with its sealed secrets and whether it had files. */
export type OnEnd = (
  connection: Connection,
  task: TaskRecord,
  had: { sealed: string | undefined; files: boolean }
) => void

/**
 * The same tasks for those who run them, in all gateways that share the store. A task is run by the one gateway whose mark it has: every
 * change that a run makes says whose it is, and is not made where the task is another's by then.
 */
export class TaskQueue {
  readonly #tables: Tables
  readonly #onEnd: OnEnd

  constructor(tables: Tables, onEnd: OnEnd) {
    this.#tables = tables
    this.#onEnd = onEnd
  }

  /** The owners of tasks that could run now, and how many of each run. */
  owners(): { owner: string; running: number }[] {
    return this.#tables.use((connection) => {
      const running = new Map(
        connection
          .all("SELECT owner, count(*) FROM tasks WHERE status = 'running' GROUP BY owner")
          .map(([owner, count]) => [String(owner), Number(count)] as const)
      )
      return connection
        .all("SELECT DISTINCT owner FROM tasks WHERE status = 'queued' AND ready_at <= ?", dueNow())
        .map(([owner]) => ({ owner: String(owner), running: running.get(String(owner)) ?? 0 }))
    })
  }

  /** Takes an owner's oldest task that could run. */
  claim(owner: string, worker: string): TaskRecord | undefined {
    return this.#tables.transaction((connection) => {
      const [id] =
        connection.get(
          "SELECT id FROM tasks WHERE status = 'queued' AND owner = ? AND ready_at <= ? ORDER BY sequence LIMIT 1",
          owner,
          dueNow()
        ) ?? []
      if (typeof id !== 'string') return undefined
      connection.run("UPDATE tasks SET status = 'running', worker = ?, resets_at = NULL WHERE id = ?", worker, id)
      return taskIn(connection, id)
    })
  }

  /** To be called before codex gets the task. False where it is not to have it any more. */
  begin({ sequence, id }: TaskRecord, worker: string): boolean {
    return this.#tables.transaction((connection) => {
      const isOurs = connection.run(
        `UPDATE tasks SET begun = 1, attempts = attempts + 1, started_at = coalesce(started_at, ?)
         WHERE sequence = ? AND worker = ? AND cancelled = 0`,
        ...[Date.now(), sequence, worker]
      )
      if (isOurs === 1) addEvents(connection, sequence, [{ type: 'task.running', data: { id, status: 'running' } }])
      return isOurs === 1
    })
  }

  /** To be called, and stored, before a task is sent to another machine, where codex may get it unseen. False where it is not to be. */
  send({ sequence }: TaskRecord, worker: string): boolean {
    const sql = 'UPDATE tasks SET begun = max(begun, 2) WHERE sequence = ? AND worker = ? AND cancelled = 0'
    return this.#tables.use((connection) => connection.run(sql, sequence, worker) === 1)
  }

  setThread({ sequence }: TaskRecord, thread: string, host: string | null): void {
    const sql = 'UPDATE tasks SET thread = ?, host = ? WHERE sequence = ?'
    this.#tables.use((connection) => connection.run(sql, thread, host, sequence))
  }

  /** Ends a task that `worker` runs, or that nobody runs. False where it is another's, or has ended. */
  end(task: TaskRecord, worker: string | null, end: TaskEnd, { tookMs = 0, usage = null }: RunFacts = {}): boolean {
    return this.#tables.transaction((connection) => {
      const now = taskIn(connection, task.id)
      if (now === undefined || hasEnded(now.status) || now.worker !== worker) return false
      const error = end.status === 'failed' ? JSON.stringify(end.error) : null
      const result = end.status === 'succeeded' ? JSON.stringify(end.result) : null
      connection.run(
        `UPDATE tasks SET status = ?, ended_at = ?, worker = NULL, resets_at = NULL, error = ?, result = ?,
         spent_ms = spent_ms + ?, usage = coalesce(?, usage) WHERE sequence = ?`,
        ...[end.status, Date.now(), error, result, tookMs, usage && JSON.stringify(usage), task.sequence]
      )
      const [sealed, files] =
        connection.get(
          "DELETE FROM task_orders WHERE task = ? RETURNING secrets, json_type(body, '$.files')",
          task.sequence
        ) ?? []
      const { status } = end
      const data = { id: task.id, status, ...(end.status === 'failed' && { error: end.error }) }
      addEvents(connection, task.sequence, [{ type: `task.${status}`, data }])
      this.#onEnd(connection, taskIn(connection, task.id) as TaskRecord, {
        sealed: typeof sealed === 'string' ? sealed : undefined,
        files: typeof files === 'string'
      })
      return true
    })
  }

  /** Lets a task that `worker` ran wait until a limit is lifted. */
  wait(task: TaskRecord, worker: string, until: number, continuation: Continuation | null, facts: RunFacts): boolean {
    const { id } = task
    return this.#release(task, worker, { status: 'waiting_for_reset', at: until, continuation, facts }, [
      {
        type: 'task.waiting_for_reset',
        data: { id, status: 'waiting_for_reset', resetsAt: new Date(until).toISOString() }
      }
    ])
  }

  /** Puts a task back that `worker` ran or is gone with, to be run not before `at`. */
  requeue(
    task: TaskRecord,
    worker: string,
    at: number,
    continuation: Continuation | null,
    facts: RunFacts = {}
  ): boolean {
    return this.#release(task, worker, { status: 'queued', at, continuation, facts }, [
      { type: 'task.queued', data: { id: task.id, status: 'queued' } }
    ])
  }

  /** Notes that a task is to end. */
  cancel({ sequence }: TaskRecord): void {
    this.#tables.use((connection) => connection.run('UPDATE tasks SET cancelled = 1 WHERE sequence = ?', sequence))
  }

  #release(
    { sequence }: TaskRecord,
    worker: string,
    to: { status: string; at: number; continuation: Continuation | null; facts: RunFacts },
    events: TaskEvent[]
  ): boolean {
    const { status, at, continuation, facts } = to
    const { tookMs = 0, usage = null } = facts
    return this.#tables.transaction((connection) => {
      const [begun] = connection.get('SELECT begun FROM tasks WHERE sequence = ?', sequence) ?? [] // else nobody has seen it run
      const isOurs = connection.run(
        `UPDATE tasks SET status = ?, ready_at = ?, resets_at = ?, worker = NULL, begun = 0, continuation = ?,
         spent_ms = spent_ms + ?, usage = coalesce(?, usage) WHERE sequence = ? AND worker = ?`,
        ...[status, at, status === 'queued' ? null : at, continuation, tookMs, usage && JSON.stringify(usage)],
        ...[sequence, worker]
      )
      if (isOurs === 1 && begun === 1) addEvents(connection, sequence, events)
      return isOurs === 1
    })
  }
}
