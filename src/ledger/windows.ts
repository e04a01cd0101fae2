import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import type { Usage } from '../turn/usage.ts'

/** What the account has used of one of its windows, as the provider reported it. */
export interface ObservedWindow {
  /** Which family of limits it belongs to: `codex`. */
  limit: string
  minutes: number
  /** Unix seconds. */
  resetsAt: number
  usedPercent: number
}

export interface AccountWindow extends ObservedWindow {
  /** Unix seconds. */
  observedAt: number
}

/** Who moved a window, in percent. `outside`: nobody here, but the owner of the account elsewhere. */
export type WindowParts = ReadonlyMap<string, number>

export const outside = ''

/** Seconds by which the reset of one window is reported differently, and for which a report need not be stored again. */
const tolerance = 120
const fresh = 30

/**
 * The account's windows, distinguished by family and duration: the provider has changed which it calls the first. What an answer
 * leaves out stays as it was. Each movement is divided among those who used tokens since the one before.
 */
export class AccountWindows {
  readonly #store: Store
  /** What each principal has used since the start, and had used when each window last moved. */
  readonly #weights = new Map<string, number>()
  readonly #atMovement = new Map<string, Map<string, number>>()
  readonly #latest = new Map<string, AccountWindow>()

  constructor(store: Store) {
    this.#store = store
  }

  /** So much was used for a principal: what its tokens weigh. */
  used(principal: string, weight: number): void {
    this.#weights.set(principal, (this.#weights.get(principal) ?? 0) + weight)
  }

  /** Stores a report, unless the same came a moment ago. */
  observe(windows: readonly ObservedWindow[], now: number): void {
    const news = windows.filter((window) => !this.#isKnown(window, now))
    if (news.length === 0) return
    this.#store.transaction((connection) => news.forEach((window) => this.#write(connection, window, now)))
  }

  #isKnown(window: ObservedWindow, now: number): boolean {
    const latest = this.#latest.get(keyOf(window))
    return (
      latest !== undefined &&
      now - latest.observedAt < fresh &&
      continues(latest, window) &&
      latest.usedPercent === window.usedPercent
    )
  }

  #write(connection: Connection, window: ObservedWindow, now: number): void {
    const before = latestOf(connection, window.limit, window.minutes)
    const goesOn = before !== undefined && continues(before, window)
    const resetsAt = goesOn ? before.resetsAt : window.resetsAt
    connection.run(insertWindow, window.limit, window.minutes, resetsAt, window.usedPercent, now)
    this.#latest.set(keyOf(window), { ...window, resetsAt, observedAt: now })
    const moved = window.usedPercent - (goesOn ? before.usedPercent : 0)
    if (before && moved > 0) divide(connection, { ...window, resetsAt }, moved, this.#since(window))
    if (!before || moved > 0 || !goesOn) this.#atMovement.set(keyOf(window), new Map(this.#weights))
  }

  /** What each has used since a window last moved. */
  #since(window: ObservedWindow): Map<string, number> {
    const before = this.#atMovement.get(keyOf(window))
    const all = [...this.#weights].map(([name, weight]) => [name, weight - (before?.get(name) ?? 0)] as const)
    return new Map(all.filter(([, weight]) => weight > 0))
  }

  /** As last reported, those that are not over; the shortest first. */
  current(now: number): AccountWindow[] {
    return this.#store.use((connection) =>
      connection.all(currentSql, now).map(([limit, minutes, resetsAt, usedPercent, observedAt]) => ({
        ...{ limit: String(limit), minutes: Number(minutes), resetsAt: Number(resetsAt) },
        ...{ usedPercent: Number(usedPercent), observedAt: Number(observedAt) }
      }))
    )
  }

  /** Who moved a window. */
  partsOf({ limit, minutes, resetsAt }: ObservedWindow): WindowParts {
    const rows = this.#store.use((connection) => connection.all(partsSql, limit, minutes, resetsAt))
    return new Map(rows.map(([principal, percent]) => [String(principal), Number(percent)]))
  }
}

const keyOf = ({ limit, minutes }: ObservedWindow) => `${minutes} ${limit}`

/** Whether it is the same window, and not the next one. */
function continues(before: ObservedWindow, { resetsAt, usedPercent }: ObservedWindow): boolean {
  return Math.abs(before.resetsAt - resetsAt) <= tolerance && usedPercent >= before.usedPercent
}

function latestOf(connection: Connection, limit: string, minutes: number): ObservedWindow | undefined {
  const row = connection.get(latestSql, limit, minutes)
  return row && { limit, minutes, resetsAt: Number(row[0]), usedPercent: Number(row[1]) }
}

function divide(
  connection: Connection,
  { limit, minutes, resetsAt }: ObservedWindow,
  moved: number,
  weights: ReadonlyMap<string, number>
): void {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const parts =
    total > 0
      ? [...weights].map(([name, weight]) => [name, (moved * weight) / total] as const)
      : [[outside, moved] as const]
  for (const [principal, percent] of parts) connection.run(addPart, limit, minutes, resetsAt, principal, percent)
}

/** One row for a window; it says when it was last reported. */
const insertWindow = `INSERT INTO ledger_windows (limit_id, minutes, resets_at, percent, observed_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET percent = excluded.percent, observed_at = excluded.observed_at`
const latestSql =
  'SELECT resets_at, percent FROM ledger_windows WHERE limit_id = ? AND minutes = ? ORDER BY observed_at DESC, resets_at DESC LIMIT 1'
const currentSql = `SELECT limit_id, minutes, resets_at, percent, max(observed_at) FROM ledger_windows WHERE resets_at > ?
  GROUP BY limit_id, minutes ORDER BY minutes, limit_id`
const addPart = `INSERT INTO ledger_window_parts (limit_id, minutes, resets_at, principal, percent) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET percent = percent + excluded.percent`
const partsSql =
  'SELECT principal, percent FROM ledger_window_parts WHERE limit_id = ? AND minutes = ? AND resets_at = ?'

/** What a response weighs in a window: about what it costs, in fresh input tokens. */
export function weightOf({ input_tokens: input, cached_input_tokens: cached, output_tokens: output }: Usage): number {
  return Math.max(input - cached, 0) + 0.1 * cached + 8 * output
}
