/** Rows of one batch, each where it came first, with the `field` that it had last: one that changes within a batch is written once. */
export function latest<Row extends object>(rows: readonly Row[], keyOf: (row: Row) => string, field: keyof Row): Row[] {
  const all = new Map<string, Row>()
  for (const row of rows) {
    const key = keyOf(row)
    const first = all.get(key)
    all.set(key, first ? { ...first, [field]: row[field] } : row)
  }
  return [...all.values()]
}
