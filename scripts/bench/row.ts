import { shown } from './figures.ts'
import type { Figures } from './figures.ts'

export type Unit = 'ms' | 'a second' | 'MB a second' | 'MB' | 'KB' | 'keys' | 's'

/** One line of the table. */
export interface Row {
  what: string
  unit: Unit
  ours: Figures
  /** What it is compared with, measured in turn with ours. */
  other?: { what: string; figures: Figures }
  target?: Target
}

export interface Target {
  text: string
  met: boolean
}

/** How something grows: a point for each load. */
export interface Growth {
  what: string
  points: GrowthPoint[]
}

export interface GrowthPoint {
  /** Clients at once, or KB of history. */
  load: number
  /** Milliseconds an answer took. */
  ms: Figures
  perSecond: number
  /** Memory of the gateway's own process after it, and of it and all that it started, in MB; NaN where it cannot be seen. */
  gatewayMb: number
  allMb: number
}

export interface Results {
  rows: Row[]
  /** What could not be measured, and why. */
  failed: { what: string; why: string }[]
  /** By clients at once. */
  clients: Growth[]
  /** By KB of history. */
  history: Growth[]
}

/** Median of ours by median of the other's. */
export const ratioOf = ({ ours, other }: Row): number => (other ? ours.median / other.figures.median : NaN)

/** What is not as it should be, a line each: figures that missed their target, and what could not be measured. */
export function shortfalls({ rows, failed }: Results): string[] {
  const missed = rows.flatMap((row) => (row.target && !row.target.met ? [missedBy(row, row.target)] : []))
  return [...missed, ...failed.map(({ what, why }) => `${what} could not be measured: ${why}`)]
}

function missedBy(row: Row, { text }: Target): string {
  const ratio = row.other ? `, ${shown(ratioOf(row))} × ${row.other.what}` : ''
  return `${row.what} missed its target: ${shown(row.ours.median)} ${row.unit}${ratio}; wanted ${text}`
}
