import type { Config } from '../config/config.ts'
import type { Store } from '../store/store.ts'
import { sealFor } from './seal.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { Tables } from '../store/tables.ts'
import { tasksSchema } from '../tasks/schema.ts'
import { hasSeveralPrincipals } from './several.ts'

/** Characters that what is to be done may take, of all tasks together. */
const maxOrderBytes = 268_435_456

/** The stored tasks of a gateway with these settings. */
export function taskStoreOf(store: Store, config: Config, seal = sealFor(config)): TaskStore {
  const { CODEX_MAX_TASKS: unfinished, CODEX_TASK_TTL_HOURS: hours } = config
  const share = (all: number) => (hasSeveralPrincipals(config) ? Math.ceil(all / 2) : all)
  return new TaskStore(new Tables(store, tasksSchema), seal, {
    ...{ unfinished, unfinishedPerOwner: share(unfinished), bytes: maxOrderBytes, bytesPerOwner: share(maxOrderBytes) },
    ...{ finished: 20_000, ttlMs: hours * 3_600_000 }
  })
}
