import { join } from 'node:path'
import type { Store } from '../../src/store/store.ts'
import { Seal } from '../../src/store/seal.ts'
import { TaskStore } from '../../src/tasks/task-store.ts'
import { Tables } from '../../src/store/tables.ts'
import { tasksSchema } from '../../src/tasks/schema.ts'

const unbounded = {
  unfinished: 1e6,
  unfinishedPerOwner: 1e6,
  bytes: 1e9,
  bytesPerOwner: 1e9,
  finished: 1e6,
  ttlMs: 1e9
}

/** The tasks of a store, without bounds. */
export const taskStoreIn = (store: Store, folder: string): TaskStore =>
  new TaskStore(new Tables(store, tasksSchema), new Seal(join(folder, 'tasks.key')), unbounded)
