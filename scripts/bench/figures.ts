/** What samples come to, in the unit they were taken in. */
export interface Figures {
  min: number
  median: number
  p95: number
  /** How many there were. */
  count: number
}

export function figuresFrom(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  return { min: sorted[0] ?? NaN, median: at(0.5), p95: at(0.95), count: sorted.length }
}

/** Enough digits to compare by. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return value >= 1000
    ? Math.round(value).toLocaleString('en')
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value.toFixed(2)
}
