import type { Config } from '../config/config.ts'
import { Calendar } from '../ledger/calendar.ts'
import { Ledger } from '../ledger/ledger.ts'
import type { Store } from '../store/store.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/** The calendar of usage with these settings. */
export function calendarFor({ CODEX_USAGE_TIMEZONE: zone, CODEX_USAGE_WEEK: week }: Config): Calendar {
  return new Calendar(zone, week)
}

/** The ledger of a gateway with these settings. It accounts for turns as soon as its store can be used. */
export function ledgerFor(store: Store, config: Config, workspaces: Pick<WorkspaceRegistry, 'definitions'>): Ledger {
  const ledger = new Ledger({
    store,
    calendar: calendarFor(config),
    modelOf: ({ model, workspace }) =>
      model ?? workspaces.definitions.find(({ id }) => id === workspace)?.model ?? config.CODEX_MODEL ?? 'default'
  })
  try {
    ledger.start()
  } catch (error) {
    store.warn(
      { cause: error instanceof Error ? error.message : String(error) },
      'the store cannot be used; usage is stored when it can'
    )
  }
  return ledger
}
