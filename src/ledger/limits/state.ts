import type { Connection } from '../../store/connection.ts'
import type { Calendar, Period } from '../calendar.ts'
import { conditionsOf } from '../usage.ts'
import { selectedSums, sumsFrom } from '../sums.ts'
import type { AppliedRule } from './rule.ts'

/** How far a limit is used, in what it is on. */
export interface LimitState extends Period {
  readonly rule: AppliedRule
  /** Counted. */
  readonly used: number
  /** What responses may have taken that were not reported, where that counts; in `used` too. */
  readonly uncertain: number
  /** Set aside for turns that run. */
  readonly reserved: number
  /** Turns that run. */
  readonly running: number
}

export interface StateOptions {
  calendar: Calendar
  now: number
  /** Whether what was not reported uses up limits. */
  countsUncertain: boolean
  /** A turn that is left out of what is reserved. */
  except?: number | undefined
}

/** Inside a transaction, where what is asked for is to be true when it is acted upon. */
export function limitState(connection: Connection, rule: AppliedRule, options: StateOptions): LimitState {
  const { limit, of, models } = rule
  const period = options.calendar.periodOf(limit.per, options.now)
  const { where, values } = conditionsOf(of)
  const [models_, names] = modelCondition(models)
  const table = limit.per === 'minute' || limit.per === 'hour' ? 'ledger_minutes' : 'ledger_days'
  const sql = `SELECT ${selectedSums('s')} FROM ledger_groups g CROSS JOIN ${table} s ON s.grp = g.id WHERE s.at >= ?${where}${models_}`
  const sums = sumsFrom(connection.get(sql, period.since, ...values, ...names))
  const uncertain = !options.countsUncertain ? 0 : limit.what === 'usd' ? sums.estimate_cost : sums.estimate
  const counted = { requests: sums.requests, tokens: sums.input + sums.output + uncertain, usd: sums.cost + uncertain }
  const open = `SELECT count(*), coalesce(sum(t.reserved), 0), coalesce(sum(t.reserved_cost), 0)
    FROM ledger_turns t INDEXED BY ledger_turns_open CROSS JOIN ledger_groups g ON g.id = t.grp
    WHERE t.ended_at IS NULL AND t.reserved > 0 AND t.id <> ?${where}${models_}`
  const [running, tokens, cost] = connection.get(open, options.except ?? 0, ...values, ...names) ?? []
  const reserved = { requests: 0, tokens: Number(tokens), usd: Number(cost) }[limit.what]
  return {
    ...{ rule, ...period, used: counted[limit.what], reserved, running: Number(running) },
    uncertain: limit.what === 'requests' ? 0 : uncertain
  }
}

function modelCondition(models: readonly string[] | undefined): [where: string, values: string[]] {
  if (!models) return ['', []]
  return [` AND (${models.map(() => 'g.model GLOB ?').join(' OR ')})`, models.map(globFrom)]
}

/** A name of which only a last `*` means anything. */
function globFrom(name: string): string {
  const all = name.endsWith('*')
  const text = (all ? name.slice(0, -1) : name).replaceAll(/[*?[]/g, '[$&]')
  return all ? `${text}*` : text
}
