import { dueNow } from '../work/due-clock.ts'
import { steadyNow } from './clock.ts'
import type { TaskRecord } from './record.ts'
import { tasksIn } from './rows.ts'
import type { Tables } from '../store/tables.ts'

/** Makes those tasks ready whose limit is lifted by now. */
export function wakeWaiting(tables: Tables): void {
  tables.use((connection) =>
    connection.run(
      "UPDATE tasks SET status = 'queued', resets_at = NULL WHERE status = 'waiting_for_reset' AND ready_at <= ?",
      dueNow()
    )
  )
}

/** The tasks that gateways have which are none of `isAlive`. */
export function lostTasks(tables: Tables, isAlive: (worker: string) => boolean): TaskRecord[] {
  return tables.use((connection) => {
    const workers = connection
      .all("SELECT DISTINCT worker FROM tasks WHERE status = 'running'")
      .map(([one]) => String(one))
    return workers
      .filter((worker) => !isAlive(worker))
      .flatMap((worker) => tasksIn(connection, { where: "status = 'running' AND worker = ?", parameters: [worker] }))
  })
}

/** Those whose time is over before they were run; not all of them at once. The plus leaves the index of deadlines to SQLite. */
export function overdueTasks(tables: Tables): TaskRecord[] {
  return tables.use((connection) =>
    tasksIn(connection, {
      where: "ended_at IS NULL AND deadline <= ? AND +status <> 'running'",
      parameters: [steadyNow()],
      limit: 100
    })
  )
}

/** The ids of those that `worker` runs and somebody wants to end. */
export function cancelledTasks(tables: Tables, worker: string): string[] {
  return tables.use((connection) =>
    connection
      .all("SELECT id FROM tasks WHERE status = 'running' AND worker = ? AND cancelled = 1", worker)
      .map(([id]) => String(id))
  )
}
