import type { CostOf } from '../agents/spending.ts'
import type { Check } from '../api/health/api.ts'
import { ApiKeys } from '../access/api-keys.ts'
import type { Config } from '../config/config.ts'
import { Calendar } from '../ledger/calendar.ts'
import { isModelOf } from '../models/names.ts'
import { conditionOf } from '../ledger/condition.ts'
import { Ledger } from '../ledger/ledger.ts'
import { modelRefusal } from '../ledger/limits/verdict.ts'
import type { Rule } from '../ledger/limits/rule.ts'
import { usageReport } from '../ledger/report.ts'
import type { WatchedUsage } from '../telemetry/usage-metrics.ts'
import { principalName } from '../access/principal.ts'
import { Prices } from '../ledger/prices.ts'
import type { Store } from '../store/store.ts'
import { limitFrom } from '../turn/limit.ts'
import type { GatewayError } from '../turn/error.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/** The calendar of usage with these settings. */
export function calendarFor({ CODEX_USAGE_TIMEZONE: zone, CODEX_USAGE_WEEK: week }: Config): Calendar {
  return new Calendar(zone, week)
}

/** The ledger of a gateway with these settings. It accounts for turns as soon as its store can be used. `isShared`: it has turns of other gateways, too, of which this one cannot know yet whether they run. */
export function ledgerFor(
  store: Store,
  config: Config,
  workspaces: Pick<WorkspaceRegistry, 'definitions'>,
  { isShared = false } = {}
): Ledger {
  const keys = new ApiKeys(store)
  const ledger = new Ledger({
    store,
    calendar: calendarFor(config),
    modelOf: modelIn(config, workspaces),
    mayRun: mayRunIn(config, workspaces, (key) => keys.withId(key)?.models),
    countsUncertain: config.CODEX_COUNT_ESTIMATES,
    keepDays: config.CODEX_LEDGER_KEEP_DAYS
  })
  setRules(ledger, config)
  if (isShared) ledger.upkeep.isGone = () => false
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

type Definitions = Pick<WorkspaceRegistry, 'definitions'>

const usualModelIn = (config: Config, workspaces: Definitions) => (workspace?: string) =>
  workspaces.definitions.find(({ id }) => id === workspace)?.model ?? config.CODEX_MODEL

/** The model that a turn runs with these settings. */
export function modelIn(config: Config, workspaces: Definitions): Ledger['modelOf'] {
  const usualIn = usualModelIn(config, workspaces)
  return ({ model, workspace }) => model ?? usualIn(workspace) ?? 'default'
}

type ModelsOf = (key: string) => readonly string[] | undefined

/** Whether the API key of a turn is for the model that it runs. */
const mayRunIn =
  (config: Config, workspaces: Definitions, modelsOf: ModelsOf) =>
  ({ key, model, workspace }: TurnRequest): boolean => {
    const names = key === undefined ? undefined : modelsOf(key)
    const usual = usualModelIn(config, workspaces)(workspace)
    return !names || isModelOf(names, model ?? usual, { aliases: config.CODEX_MODEL_ALIASES, model: usual })
  }

/** Why the API key of a turn must not use its model, where no ledger knows it. */
export function modelRefusalIn(config: Config, workspaces: Definitions, modelsOf: ModelsOf) {
  const [mayRun, modelOf] = [mayRunIn(config, workspaces, modelsOf), modelIn(config, workspaces)]
  return (request: TurnRequest): GatewayError | undefined =>
    mayRun(request) ? undefined : modelRefusal(modelOf(request))
}

/** Whether turns are accounted for. A gateway with limits is not ready without. */
export function usageCheck(ledger: Ledger): Check {
  const { stored, message } = conditionOf(ledger)
  const needed = ledger.rules('').length > 0 || ledger.shares !== undefined
  return { name: 'usage', ok: stored || !needed, message }
}

/** What an answer of the model costs by the prices of a ledger; undefined where there is none for its model. */
export const costIn = (
  { prices, modelOf }: Pick<Ledger, 'prices' | 'modelOf'>,
  ...[request, usage]: Parameters<CostOf>
): ReturnType<CostOf> => {
  const model = modelOf(request)
  return prices.has(model) ? prices.costOf(model, request.serviceTier ?? '', usage) : undefined
}

/** The ledger as the metrics read it. */
export function watchedUsage(ledger: Ledger): WatchedUsage {
  const all = { since: 0, until: Number.MAX_SAFE_INTEGER, of: {} }
  return {
    now: () => ledger.clock.now,
    windows: () => ledger.windows.current(ledger.clock.now),
    totals: () =>
      usageReport(ledger, { ...all, by: ['principal'] })
        .map(({ principal, sums }) => ({ principal: principalName(String(principal)), ...sums }))
        .toSorted((one, other) => other.input + other.output - one.input - one.output)
  }
}

/** From now on the limits and the prices of these settings hold, and the limits of keys beside them. */
export function setRules(ledger: Ledger, config: Config): void {
  const { rules = [], shares = {} } = config.CODEX_LIMITS_FILE ?? {}
  const keys = new ApiKeys(ledger.store)
  ledger.rules = (key): readonly Rule[] =>
    key === '' ? rules : [...rules, ...rulesOfKey(key, keys.withId(key)?.limits)]
  ledger.prices = new Prices(config.CODEX_PRICES_FILE?.models)
  ledger.alertAt = config.CODEX_ALERT_AT
  ledger.shares = config.CODEX_WINDOW_SHARE === 'fair' ? { free: config.CODEX_WINDOW_FREE, weights: shares } : undefined
}

/** Whether any limit is for all time. */
export function hasEverLimit(ledger: Ledger): boolean {
  const ofKeys = new ApiKeys(ledger.store).list().flatMap(({ limits = [] }) => limits)
  return [...ledger.rules('').map(({ limit }) => limit), ...ofKeys.map(limitFrom)].some((one) => one?.per === 'ever')
}

function rulesOfKey(key: string, limits: readonly string[] = []): Rule[] {
  return limits.flatMap((text) => {
    const limit = limitFrom(text)
    return limit ? [{ subject: `key:${key}`, limit, on_limit: 'stop' as const }] : []
  })
}
