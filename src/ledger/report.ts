import { groupFields } from './group.ts'
import type { Ledger } from './ledger.ts'
import { selectedSums, sumFields, sumsFrom } from './sums.ts'
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
  const hourly = by.includes('hour')
  const parts = hourly ? [{ since, until }] : partsOf(ledger, since, until)
  const { where, values } = conditionsOf(of)
  const found = ledger.store.use((connection) =>
    parts.flatMap((part) =>
      connection.all(sqlFor(by, part, where), part.since, part.until, ...values).map((row) => rowFrom(row, by))
    )
  )
  if (!hourly || !by.includes('day')) return parts.length === 1 ? found : merged(found, by)
  const dayOf = (at: unknown) => ledger.calendar.periodOf('day', Number(at)).since
  return merged(
    found.map((row) => ({ ...row, day: dayOf(row.day) })),
    by
  )
}

/** Whole days, which are read from the sums by day; or a part of one `day`, by when that began; or any time, of which quarters of hours stand for days. */
interface Part {
  since: number
  until: number
  days?: boolean
  day?: number
}

/** What is before the first whole day, the whole days, and what is after them. The day that it is counts as whole: nothing comes after now. */
function partsOf({ calendar, clock }: Ledger, since: number, until: number): Part[] {
  const dayOf = (at: number) => calendar.periodOf('day', at)
  const first = dayOf(since).since === since ? since : dayOf(since).until
  const last = until > clock.now ? until : dayOf(until).since
  if (first > until) return [{ since, until, day: dayOf(since).since }]
  const parts = [
    { since, until: first, day: dayOf(since).since },
    { since: first, until: last, days: true },
    { since: last, until, day: dayOf(last).since }
  ]
  const some = parts.filter((part) => part.since < part.until)
  return some.length > 0 ? some : [{ since, until, days: true }]
}

function sqlFor(by: readonly ReportField[], { days = false, day }: Part, where: string): string {
  const columns = by.map((field) => {
    if (field === 'hour') return 's.at - s.at % 3600'
    if (field !== 'day') return `g.${field}`
    return days ? 's.at' : day === undefined ? 's.at - s.at % 900' : `s.at - s.at + ${day}` // a number alone would be a column's place
  })
  const places = by.map((_, index) => index + 1).join(', ')
  return `SELECT ${[...columns, selectedSums('s')].join(', ')}
    FROM ledger_groups g CROSS JOIN ${days ? 'ledger_days' : 'ledger_minutes'} s ON s.grp = g.id
    WHERE s.at >= ? AND s.at < ?${where} ${by.length > 0 ? `GROUP BY ${places} ORDER BY ${places}` : ''}`
}

function rowFrom(row: unknown[], by: readonly ReportField[]): ReportRow {
  const fields = by.map((field, index) => [field, row[index] as string | number])
  return {
    ...(Object.fromEntries(fields) as Partial<Record<ReportField, string | number>>),
    sums: sumsFrom(row, by.length)
  }
}

/** Rows of one thing as one, in the order of what they are by. */
function merged(rows: readonly ReportRow[], by: readonly ReportField[]): ReportRow[] {
  const all = new Map<string, ReportRow>()
  for (const row of rows) {
    const key = by.map((field) => row[field]).join('\0')
    const found = all.get(key)
    if (found) for (const field of sumFields) found.sums[field] += row.sums[field]
    else all.set(key, row)
  }
  return [...all.values()].toSorted((one, other) => {
    const field = by.find((name) => one[name] !== other[name])
    return field === undefined ? 0 : (one[field] ?? '') < (other[field] ?? '') ? -1 : 1
  })
}
