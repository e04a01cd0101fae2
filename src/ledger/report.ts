import { groupFields } from './group.ts'
import type { Ledger } from './ledger.ts'
import { selectedSums, sumsFrom } from './sums.ts'
import type { Sums } from './sums.ts'
import { conditionsOf } from './usage.ts'
import type { Subject } from './usage.ts'

/** What sums can be grouped by. */
export const reportFields = ['day', 'hour', ...groupFields] as const
export type ReportField = (typeof reportFields)[number]

export interface ReportOptions {
  /** From `since` to before `until`, in Unix seconds. */
  since: number
  until: number
  by: readonly ReportField[]
  of: Subject
}

/** `day` and `hour` are Unix seconds of their beginning. Only what the report is by is there. */
export type ReportRow = Partial<Record<ReportField, string | number>> & { sums: Sums }

/** Sums of a time, in the order of what they are by. Days are those of the ledger's zone, hours those of UTC. */
export function usageReport(ledger: Ledger, { since, until, by, of }: ReportOptions): ReportRow[] {
  ledger.flush()
  const beginsDay = (at: number) => ledger.calendar.periodOf('day', at).since === at
  const inDays = !by.includes('hour') && beginsDay(since) && (beginsDay(until) || until > ledger.clock.now)
  const { where, values } = conditionsOf(of)
  const columns = by.map((field) => columnOf(field))
  const sql = `SELECT ${[...columns, selectedSums('s')].join(', ')}
    FROM ledger_groups g CROSS JOIN ${inDays ? 'ledger_days' : 'ledger_minutes'} s ON s.grp = g.id
    WHERE s.at >= ? AND s.at < ?${where} ${by.length > 0 ? `GROUP BY ${byNumber(by)} ORDER BY ${byNumber(by)}` : ''}`
  const rows = ledger.store.use((connection) => connection.all(sql, since, until, ...values))
  const found = rows.map((row) => rowFrom(row, by))
  return by.includes('day') && !inDays
    ? mergedByDay(found, by, (at) => ledger.calendar.periodOf('day', at).since)
    : found
}

const byNumber = (by: readonly ReportField[]) => by.map((_, index) => index + 1).join(', ')

function columnOf(field: ReportField): string {
  if (field === 'day') return 's.at'
  return field === 'hour' ? 's.at - s.at % 3600' : `g.${field}`
}

function rowFrom(row: unknown[], by: readonly ReportField[]): ReportRow {
  const fields = by.map((field, index) => [field, row[index] as string | number])
  return {
    ...(Object.fromEntries(fields) as Partial<Record<ReportField, string | number>>),
    sums: sumsFrom(row, by.length)
  }
}

/** Minutes as days. */
function mergedByDay(
  rows: readonly ReportRow[],
  by: readonly ReportField[],
  dayOf: (at: number) => number
): ReportRow[] {
  const days = new Map<string, ReportRow>()
  for (const row of rows) {
    const day = { ...row, day: dayOf(Number(row.day)) }
    const key = by.map((field) => day[field]).join('\0')
    const found = days.get(key)
    if (!found) days.set(key, { ...day, sums: { ...day.sums } })
    else for (const field of Object.keys(found.sums) as (keyof Sums)[]) found.sums[field] += row.sums[field]
  }
  return [...days.values()]
}
