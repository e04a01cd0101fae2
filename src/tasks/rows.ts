import type { Connection } from '../store/connection.ts'
import type { Usage } from '../turn/usage.ts'
import type { Continuation, TaskError, TaskProgress, TaskRecord, TaskStatus } from './record.ts'

/** Which of the tasks; parameters are bound by position. */
export interface Condition {
  where: string
  parameters: (string | number)[]
  order?: string
  limit?: number
}

const columns = `sequence, id, owner, workspace, template, model, status, created_at, started_at, ended_at, deadline, resets_at,
  worker, begun, cancelled, attempts, continuation, thread, spent_ms, progress, usage, result, error, host`

/** The tasks that a condition names. */
export function tasksIn(
  connection: Connection,
  { where, parameters, order = 'sequence', limit = -1 }: Condition
): TaskRecord[] {
  return connection
    .all(`SELECT ${columns} FROM tasks WHERE ${where} ORDER BY ${order} LIMIT ?`, ...parameters, limit)
    .map(recordFrom)
}

export function taskIn(connection: Connection, id: string): TaskRecord | undefined {
  return tasksIn(connection, { where: 'id = ?', parameters: [id] })[0]
}

function recordFrom(row: unknown[]): TaskRecord {
  const [sequence, id, owner, workspace, template, model, status, createdAt, startedAt, endedAt, deadline] = row
  const [resetsAt, worker, begun, cancelled, attempts, continuation, thread, spentMs] = row.slice(11)
  const [progress, usage, result, error, host] = row.slice(19)
  return {
    ...{ sequence: Number(sequence), id: String(id), owner: String(owner), workspace: String(workspace) },
    ...{ template: textOrNull(template), model: textOrNull(model), status: status as TaskStatus },
    ...{ createdAt: Number(createdAt), startedAt: numberOrNull(startedAt), endedAt: numberOrNull(endedAt) },
    ...{ deadline: Number(deadline), resetsAt: numberOrNull(resetsAt), worker: textOrNull(worker) },
    ...{ begun: Boolean(begun), cancelled: Boolean(cancelled), attempts: Number(attempts) },
    ...{
      continuation: continuation as Continuation | null,
      thread: textOrNull(thread),
      host: textOrNull(host),
      spentMs: Number(spentMs)
    },
    progress: jsonOrNull(progress) as TaskProgress | null,
    usage: jsonOrNull(usage) as Usage | null,
    result: jsonOrNull(result),
    error: jsonOrNull(error) as TaskError | null
  }
}

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)
const numberOrNull = (value: unknown) => (typeof value === 'number' ? value : null)
const jsonOrNull = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null)
