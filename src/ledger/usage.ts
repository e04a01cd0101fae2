import type { Connection } from '../store/connection.ts'
import type { LimitPeriod as PeriodName } from '../turn/limit.ts'
import { selectedSums, sumsFrom } from './sums.ts'
import type { Sums } from './sums.ts'

/** Whose sums are meant. What is left out is anybody's, or any. */
export interface Subject {
  principal?: string | undefined
  key?: string | undefined
  workspace?: string | undefined
  model?: string | undefined
}

/** What a subject has used in the period that `at` is in. Days begin in the ledger's zone, so that the sums of days are those of weeks and months. */
export function usedInPeriod(
  connection: Connection,
  subject: Subject,
  period: { name: PeriodName; since: number }
): Sums {
  const table = period.name === 'minute' || period.name === 'hour' ? 'ledger_minutes' : 'ledger_days'
  const { where, values } = conditionsOf(subject)
  const sql = `SELECT ${selectedSums('s')} FROM ledger_groups g CROSS JOIN ${table} s ON s.grp = g.id WHERE s.at >= ?${where}`
  return sumsFrom(connection.get(sql, period.since, ...values))
}

/** The condition of a query on `ledger_groups g`, to follow another one. */
export function conditionsOf(subject: Subject): { where: string; values: string[] } {
  const fields = (['principal', 'key', 'workspace', 'model'] as const).filter((field) => subject[field] !== undefined)
  return {
    where: fields.map((field) => ` AND g.${field} = ?`).join(''),
    values: fields.map((field) => subject[field] ?? '')
  }
}
