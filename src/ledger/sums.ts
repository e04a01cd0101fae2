import type { Connection } from '../store/connection.ts'
import type { Usage } from '../turn/usage.ts'

/** What is counted of a group in some time. Tokens, and costs in billionths of a dollar. */
export interface Sums {
  requests: number
  responses: number
  /** Responses whose tokens codex did not report, and what they may have taken, at most. */
  unknown: number
  estimate: number
  estimate_cost: number
  input: number
  cached: number
  cache_write: number
  output: number
  reasoning: number
  cost: number
}

export const sumFields = [
  'requests',
  'responses',
  'unknown',
  'estimate',
  'estimate_cost',
  'input',
  'cached',
  'cache_write',
  'output',
  'reasoning',
  'cost'
] as const satisfies readonly (keyof Sums)[]

export const noSums: Readonly<Sums> = Object.freeze(
  Object.fromEntries(sumFields.map((field) => [field, 0])) as Record<keyof Sums, number>
)

/** The sums of one response. */
export function sumsOf(usage: Usage, cost: number): Partial<Sums> {
  return {
    responses: 1,
    input: usage.input_tokens,
    cached: usage.cached_input_tokens,
    cache_write: usage.cache_write_input_tokens,
    output: usage.output_tokens,
    reasoning: usage.reasoning_output_tokens,
    cost
  }
}

/** A row of `selectedSums`, from its column `first` on. */
export function sumsFrom(row: readonly unknown[] | undefined, first = 0): Sums {
  return Object.fromEntries(sumFields.map((field, index) => [field, Number(row?.[first + index] ?? 0)])) as Record<
    keyof Sums,
    number
  >
}

/** The columns of a query for sums over rows of `table`. */
export const selectedSums = (table: string) =>
  sumFields.map((field) => `coalesce(sum(${table}.${field}), 0)`).join(', ')

const upsert = (table: string) =>
  `INSERT INTO ${table} (grp, at, ${sumFields.join(', ')}) VALUES (?, ?, ${sumFields.map(() => '?').join(', ')})
    ON CONFLICT DO UPDATE SET ${sumFields.map((field) => `${field} = ${field} + excluded.${field}`).join(', ')}`
const upsertMinute = upsert('ledger_minutes')
const upsertDay = upsert('ledger_days')

/** What one transaction adds to the minutes and days. Turns of one group are written together. */
export class PendingSums {
  readonly #dayOf: (at: number) => number
  readonly #minutes = new Map<string, { group: number; at: number; sums: Sums }>()

  /** `dayOf`: when the day began that a time is in. */
  constructor(dayOf: (at: number) => number) {
    this.#dayOf = dayOf
  }

  add(group: number, at: number, more: Partial<Sums>): void {
    const minute = at - (at % 60)
    const key = `${group} ${minute}`
    let found = this.#minutes.get(key)
    if (!found) this.#minutes.set(key, (found = { group, at: minute, sums: { ...noSums } }))
    for (const field of sumFields) found.sums[field] += more[field] ?? 0
  }

  /** Writes them. Queries for sums in the same transaction come after it. */
  write(connection: Connection): void {
    for (const { group, at, sums } of this.#minutes.values()) {
      const values = sumFields.map((field) => sums[field])
      connection.run(upsertMinute, group, at, ...values)
      connection.run(upsertDay, group, this.#dayOf(at), ...values)
    }
    this.#minutes.clear()
  }
}
