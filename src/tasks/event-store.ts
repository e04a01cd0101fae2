import type { Connection } from '../store/connection.ts'
import type { Tables } from '../store/tables.ts'

/** Something that has happened in a task. */
export interface TaskEvent {
  type: string
  data: object
}

/** The same as it is stored: `seq` counts from 1 in each task, `body` is JSON. */
export interface StoredEvent {
  seq: number
  type: string
  body: string
}

/** Events that one task may have; beyond them the oldest give way. Those that are read at once. */
const limits = { count: 2_000, page: 100 }

/** Appends events to a task, in the transaction of what they report. */
export function addEvents(connection: Connection, task: number, events: readonly TaskEvent[]): void {
  if (events.length === 0) return
  const [last] =
    connection.get('UPDATE tasks SET seq = seq + ? WHERE sequence = ? RETURNING seq', events.length, task) ?? []
  if (last === undefined) return
  const first = Number(last) - events.length + 1
  for (const [index, { type, data }] of events.entries())
    connection.run('INSERT INTO task_events VALUES (?, ?, ?, ?)', task, first + index, type, JSON.stringify(data))
  if (Number(last) > limits.count)
    connection.run('DELETE FROM task_events WHERE task = ? AND seq <= ?', task, Number(last) - limits.count)
}

/** The events of tasks behind the one with the number `after`, the oldest first; not all of them at once. */
export function taskEventsAfter(tables: Tables, task: number, after: number): StoredEvent[] {
  return tables.use((connection) =>
    connection
      .all(
        'SELECT seq, type, body FROM task_events WHERE task = ? AND seq > ? ORDER BY seq LIMIT ?',
        task,
        after,
        limits.page
      )
      .map(([seq, type, body]) => ({ seq: Number(seq), type: String(type), body: String(body) }))
  )
}
