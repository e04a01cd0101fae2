import type { ReportField, ReportRow } from '../../ledger/report.ts'
import { isoOf } from '../../ledger/csv.ts'
import type { Sums } from '../../ledger/sums.ts'

const columns: readonly [name: string, value: (sums: Sums) => number][] = [
  ['requests', ({ requests }) => requests],
  ['responses', ({ responses }) => responses],
  ['input', ({ input }) => input],
  ['cached', ({ cached }) => cached],
  ['output', ({ output }) => output],
  ['unknown', ({ unknown }) => unknown]
]

/** A report for people: texts on the left, numbers on the right. */
export function usageTable(rows: readonly ReportRow[], by: readonly ReportField[], zone: string): string {
  if (rows.length === 0) return 'Nothing was used.\n'
  const cells = [
    [...by, ...columns.map(([name]) => name)],
    ...rows.map((row) => [
      ...by.map((field) => shown(field, row[field], zone)),
      ...columns.map(([, value]) => value(row.sums).toLocaleString('en'))
    ])
  ]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? []
  const padded = (text: string, column: number) =>
    column < by.length ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return cells.map((line) => `${line.map(padded).join('  ').trimEnd()}\n`).join('')
}

function shown(field: ReportField, value: string | number | undefined, zone: string): string {
  if (field === 'day') return new Date(Number(value) * 1000).toLocaleDateString('sv', { timeZone: zone })
  return field === 'hour' ? isoOf(Number(value)) : value === '' ? '-' : String(value)
}
