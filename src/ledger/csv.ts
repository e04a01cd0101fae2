import type { ReportField, ReportRow } from './report.ts'
import { sumFields } from './sums.ts'

const dollars = new Set(['cost', 'estimate_cost'])

/** A report as CSV (RFC 4180), times as ISO 8601, money in dollars. */
export function usageCsv(rows: readonly ReportRow[], by: readonly ReportField[]): string {
  const header = [...by, ...sumFields].join(',')
  const lines = rows.map((row) =>
    [
      ...by.map((field) =>
        field === 'day' || field === 'hour' ? isoOf(Number(row[field])) : cell(String(row[field]))
      ),
      ...sumFields.map((field) => (dollars.has(field) ? String(row.sums[field] / 1e9) : String(row.sums[field])))
    ].join(',')
  )
  return [header, ...lines, ''].join('\r\n')
}

/** A text as spreadsheets read it: one that begins like a formula is none. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const isoOf = (at: number) => new Date(at * 1000).toISOString().replace('.000Z', 'Z')
