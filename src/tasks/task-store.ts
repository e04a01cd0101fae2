import type { Connection } from '../store/connection.ts'
import { GatewayError } from '../turn/error.ts'
import { addEvents } from './event-store.ts'
import type { TaskEvent } from './event-store.ts'
import type { TaskBounds } from './room.ts'
import { checkRoom } from './room.ts'
import type { TaskOrder, TaskRecord, TaskSecrets, TaskStatus } from './record.ts'
import { taskIn, tasksIn } from './rows.ts'
import type { Seal } from '../store/seal.ts'
import { steadyNow } from './clock.ts'
import type { Tables } from '../store/tables.ts'

/** A task that is to be stored. */
export interface NewTask {
  id: string
  owner: string
  workspace: string
  template?: string | undefined
  /** How many of its template may be unfinished. */
  templateLimit?: number | undefined
  model?: string | undefined
  /** Unix milliseconds. */
  deadline: number
  order: TaskOrder
  secrets: TaskSecrets
  idempotency?: { key: string; digest: string } | undefined
}

export interface ListOptions {
  limit: number
  /** `sequence` of the last one of the page before. */
  before?: number | undefined
  status?: TaskStatus | undefined
}

/** Tasks as their callers see them. */
export class TaskStore {
  readonly tables: Tables
  readonly #seal: Seal
  readonly #bounds: TaskBounds

  constructor(tables: Tables, seal: Seal, bounds: TaskBounds) {
    this.tables = tables
    this.#seal = seal
    this.#bounds = bounds
  }

  /** Stores a task, or finds the one that its key has made before. Throws where there are too many. */
  add(task: NewTask): TaskRecord {
    const body = JSON.stringify(task.order)
    const secrets = this.#seal.seal(JSON.stringify(task.secrets))
    return this.tables.transaction((connection) => {
      const earlier = task.idempotency && this.#byKey(connection, task.owner, task.idempotency)
      if (earlier) return earlier
      checkRoom(connection, task, body.length, this.#bounds)
      const [sequence] =
        connection.get(
          `INSERT INTO tasks (id, owner, workspace, template, model, status, created_at, deadline, key, digest, bytes)
           VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?) RETURNING sequence`,
          ...[task.id, task.owner, task.workspace, task.template ?? null, task.model ?? null, Date.now()],
          ...[task.deadline, task.idempotency?.key ?? null, task.idempotency?.digest ?? null, body.length]
        ) ?? []
      connection.run('INSERT INTO task_orders VALUES (?, ?, ?)', Number(sequence), secrets, body)
      addEvents(connection, Number(sequence), [{ type: 'task.queued', data: { id: task.id, status: 'queued' } }])
      return taskIn(connection, task.id) as TaskRecord
    })
  }

  /** The task that this key has made before. Throws `conflict` where it was used with something else. */
  withKey(owner: string, idempotency: { key: string; digest: string }): TaskRecord | undefined {
    return this.tables.use((connection) => this.#byKey(connection, owner, idempotency))
  }

  digestOf(text: string): string {
    return this.#seal.digest(text)
  }

  find(id: string): TaskRecord | undefined {
    return this.tables.use((connection) => taskIn(connection, id))
  }

  /** An owner's tasks, the newest first; one more than `limit` where there are more. */
  list(owner: string, { limit, before = Number.MAX_SAFE_INTEGER, status }: ListOptions): TaskRecord[] {
    const more = status === undefined ? '' : ' AND status = ?'
    const parameters = [owner, before, ...(status === undefined ? [] : [status])]
    return this.tables.use((connection) =>
      tasksIn(connection, {
        ...{ where: `owner = ? AND sequence < ?${more}`, parameters },
        ...{ order: 'sequence DESC', limit: limit + 1 }
      })
    )
  }

  /** What is to be done, until it is done. */
  orderOf({ sequence }: TaskRecord): { order: TaskOrder; secrets: TaskSecrets } | undefined {
    const row = this.tables.use((connection) =>
      connection.get('SELECT body, secrets FROM task_orders WHERE task = ?', sequence)
    )
    if (row === undefined) return undefined
    return { order: JSON.parse(String(row[0])) as TaskOrder, secrets: this.secretsIn(String(row[1])) }
  }

  /** What was sealed when the task was stored. */
  secretsIn(sealed: string): TaskSecrets {
    return JSON.parse(this.#seal.open(sealed)) as TaskSecrets
  }

  /** Who is informed of a task's end. Where the key is gone that it was sealed with, nobody can be. */
  targetIn(sealed: string): TaskSecrets['webhook'] {
    try {
      return this.secretsIn(sealed).webhook
    } catch {
      return undefined
    }
  }

  note({ sequence }: TaskRecord, progress: TaskRecord['progress'], events: readonly TaskEvent[]): void {
    this.tables.transaction((connection) => {
      connection.run('UPDATE tasks SET progress = ? WHERE sequence = ?', progress && JSON.stringify(progress), sequence)
      addEvents(connection, sequence, events)
    })
  }

  delete({ sequence }: TaskRecord): void {
    this.tables.use((connection) => connection.run('DELETE FROM tasks WHERE sequence = ?', sequence))
  }

  /** Deletes what ended too long ago, and the oldest that have ended beyond the bound. */
  expire(): void {
    const { ttlMs, finished } = this.#bounds
    this.tables.transaction((connection) => {
      connection.run('DELETE FROM tasks WHERE ended_at < ?', Math.min(Date.now(), steadyNow()) - ttlMs)
      connection.run(
        `DELETE FROM tasks WHERE sequence IN (SELECT sequence FROM tasks WHERE ended_at IS NOT NULL
         ORDER BY ended_at DESC, sequence DESC LIMIT -1 OFFSET ?)`,
        finished
      )
    })
  }

  /** Gives all tasks of one owner to another. */
  adopt(from: string, to: string): void {
    this.tables.use((connection) => connection.run('UPDATE OR IGNORE tasks SET owner = ? WHERE owner = ?', to, from))
  }

  #byKey(
    connection: Connection,
    owner: string,
    { key, digest }: { key: string; digest: string }
  ): TaskRecord | undefined {
    const [id, before] = connection.get('SELECT id, digest FROM tasks WHERE owner = ? AND key = ?', owner, key) ?? []
    if (typeof id !== 'string') return undefined
    if (before === digest) return taskIn(connection, id)
    throw new GatewayError('conflict', 'This idempotencyKey was used with another request. Use a new one.', {
      param: 'idempotencyKey'
    })
  }
}
