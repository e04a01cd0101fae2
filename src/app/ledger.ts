import { ApiKeys } from '../access/api-keys.ts'
import type { Config } from '../config/config.ts'
import { Calendar } from '../ledger/calendar.ts'
import { Ledger } from '../ledger/ledger.ts'
import type { Rule } from '../ledger/limits/rule.ts'
import { Prices } from '../ledger/prices.ts'
import type { Store } from '../store/store.ts'
import { limitFrom } from '../turn/limit.ts'
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
      model ?? workspaces.definitions.find(({ id }) => id === workspace)?.model ?? config.CODEX_MODEL ?? 'default',
    countsUncertain: config.CODEX_COUNT_ESTIMATES
  })
  setRules(ledger, config)
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

/** From now on the limits and the prices of these settings hold, and the limits of keys beside them. */
export function setRules(ledger: Ledger, { CODEX_LIMITS_FILE: limits, CODEX_PRICES_FILE: prices }: Config): void {
  const rules: readonly Rule[] = limits?.rules ?? []
  const keys = new ApiKeys(ledger.store)
  ledger.rules = (key) => (key === '' ? rules : [...rules, ...rulesOfKey(key, keys.limitsOf(key))])
  ledger.prices = new Prices(prices?.models)
}

function rulesOfKey(key: string, limits: readonly string[]): Rule[] {
  return limits.flatMap((text) => {
    const limit = limitFrom(text)
    return limit ? [{ subject: `key:${key}`, limit, on_limit: 'stop' as const }] : []
  })
}
