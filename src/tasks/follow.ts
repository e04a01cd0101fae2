import { taskEventsAfter } from './event-store.ts'
import type { StoredEvent } from './event-store.ts'
import type { Notices } from './notices.ts'
import { hasEnded } from './record.ts'
import type { TaskRecord } from './record.ts'
import type { TaskStore } from './task-store.ts'

/** Where a task is followed: `lookMs` is for another look at one that another gateway may run. */
interface Place {
  store: TaskStore
  notices: Notices
  lookMs: number
}

/** Calls `send` with the events behind the one with the number `after`, and then with those that come, until the task has ended. */
export async function followTask(
  { store, notices, lookMs }: Place,
  { id, sequence }: Pick<TaskRecord, 'id' | 'sequence'>,
  after: number,
  send: (events: readonly StoredEvent[]) => Promise<void> | undefined,
  signal: AbortSignal
): Promise<void> {
  let last = after
  while (!signal.aborted) {
    const change = notices.next(id, lookMs, signal)
    const status = store.find(id)?.status // before its events: the last one is there when it has ended
    const isOver = status === undefined || hasEnded(status)
    const events = taskEventsAfter(store.tables, sequence, last)
    last = events.at(-1)?.seq ?? last
    if (events.length > 0 || isOver) change.give()
    if (events.length > 0) await send(events)
    else if (isOver) return
    else await change.come
  }
}
