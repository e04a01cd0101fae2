import type { Figures } from './figures.ts'

export type Unit = 'ms' | 'a second' | 'MB' | 's'

/** One line of the table. */
export interface Row {
  what: string
  unit: Unit
  ours: Figures
  /** What it is compared with, measured in turn with ours. */
  other?: { what: string; figures: Figures }
  /** `met` is undefined where the figures do not say. */
  target?: { text: string; met: boolean }
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
  /** By clients at once. */
  clients: Growth[]
  /** By KB of history. */
  history: Growth[]
}

/** Median of ours by median of the other's. */
export const ratioOf = ({ ours, other }: Row): number => (other ? ours.median / other.figures.median : NaN)
