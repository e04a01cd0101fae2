import type { Ledger } from './ledger.ts'
import { selectedSums, sumsFrom } from './sums.ts'
import type { Sums } from './sums.ts'

/** What sums of a bucket can be grouped by. */
export const bucketFields = ['principal', 'key', 'workspace', 'model', 'tier'] as const
export type BucketField = (typeof bucketFields)[number]

export interface BucketOptions {
  /** From `since` to before `until`, in Unix seconds, which are multiples of `width`. */
  since: number
  until: number
  /** Seconds: those of a minute, an hour, or a day of UTC. */
  width: number
  by: readonly BucketField[]
  /** Only these count, where there are any. */
  only: Partial<Record<BucketField, readonly string[]>>
}

export type BucketRow = Partial<Record<BucketField, string>> & { at: number; sums: Sums }

/** Sums of times of one length, the earliest first; a time in which nothing was used has none. */
export function usageBuckets(ledger: Ledger, { since, until, width, by, only }: BucketOptions): BucketRow[] {
  ledger.flush()
  const inDays = width % 86_400 === 0 && ledger.calendar.zone === 'UTC'
  const filters = bucketFields.flatMap((field) => (only[field]?.length ? [[field, only[field]] as const] : []))
  const where = filters.map(([field, values]) => ` AND g.${field} IN (${values.map(() => '?').join(', ')})`).join('')
  const columns = [`s.at - s.at % ${width}`, ...by.map((field) => `g.${field}`)]
  const places = columns.map((_, index) => index + 1).join(', ')
  const sql = `SELECT ${columns.join(', ')}, ${selectedSums('s')}
    FROM ledger_groups g CROSS JOIN ${inDays ? 'ledger_days' : 'ledger_minutes'} s ON s.grp = g.id
    WHERE s.at >= ? AND s.at < ?${where} GROUP BY ${places} ORDER BY ${places}`
  const values = filters.flatMap(([, wanted]) => wanted)
  const rows = ledger.store.use((connection) => connection.all(sql, since, until, ...values))
  return rows.map((row) => ({
    ...(Object.fromEntries(by.map((field, index) => [field, String(row[index + 1])])) as Record<BucketField, string>),
    at: Number(row[0]),
    sums: sumsFrom(row, columns.length)
  }))
}
