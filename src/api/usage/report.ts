import { z } from 'zod'
import type { ApiContext, Operation } from '../../http/api.ts'
import { usageCsv } from '../../ledger/csv.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { reportFields, usageReport } from '../../ledger/report.ts'
import type { ReportField, ReportOptions, ReportRow } from '../../ledger/report.ts'
import { timeFrom } from '../../ledger/time.ts'
import { invalid, parsed } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import { seesAll } from '../visible-usage.ts'
import { usedView, usedViewOf } from './view.ts'

const name = z.string().min(1).max(128).optional()
const time = z.string().max(40).optional()

const query = z.object({
  from: time.meta({
    description: 'A day such as 2026-11-01, or Unix seconds; the beginning of this month when left out.'
  }),
  to: time.meta({ description: 'Up to the end of a day, or before these Unix seconds; now when left out.' }),
  by: z
    .string()
    .max(200)
    .optional()
    .meta({
      description: `What the sums are by, separated by commas: ${reportFields.join(', ')}; nothing when left out.`
    }),
  principal: name,
  key: name,
  workspace: name,
  model: name,
  format: z.enum(['json', 'csv']).optional()
})

const row = usedView.extend({
  ...Object.fromEntries(reportFields.map((field) => [field, z.union([z.string(), z.int()]).optional()]))
})

const report = z.object({ object: z.literal('usage.report'), since: z.int(), until: z.int(), data: z.array(row) })

/** Sums of any time, grouped by whatever they can be grouped by. Of others only for those who may see it. */
export function reportOperation({ ledger }: { ledger: Ledger }): Operation {
  return {
    method: 'get',
    path: '/api/usage',
    summary: 'Sums of what was used, as JSON or CSV: your own, and with the scope `usage:read` everybody’s.',
    query,
    answer: report,
    failures: [403],
    handle(ctx) {
      const { format, ...asked } = parsed(query, ctx.query)
      const options = optionsFrom(ctx, asked, ledger)
      const rows = usageReport(ledger, options)
      if ((format ?? ctx.accepts('json', 'csv')) === 'csv') {
        ctx.set('content-type', 'text/csv; charset=utf-8')
        ctx.set('content-disposition', 'attachment; filename="usage.csv"')
        ctx.body = usageCsv(rows, options.by)
        return
      }
      ctx.body = { object: 'usage.report', since: options.since, until: options.until, data: rows.map(rowViewOf) }
    }
  }
}

type Asked = Omit<z.output<typeof query>, 'format'>

function optionsFrom(ctx: ApiContext, { from, to, by = '', ...of }: Asked, ledger: Ledger): ReportOptions {
  const { calendar, clock } = ledger
  const since = from === undefined ? calendar.periodOf('month', clock.now).since : timeFrom(from, calendar, 'since')
  const until = to === undefined ? clock.now + 1 : timeFrom(to, calendar, 'until')
  if (since === undefined) throw invalid("Invalid value for 'from': a day such as 2026-11-01, or Unix seconds.", 'from')
  if (until === undefined) throw invalid("Invalid value for 'to': a day such as 2026-11-01, or Unix seconds.", 'to')
  return { since, until, by: fieldsFrom(by), of: { ...of, principal: visiblePrincipal(ctx, of.principal) } }
}

function fieldsFrom(by: string): ReportField[] {
  const names = by.split(',').flatMap((part) => part.trim() || [])
  return [...new Set(names)].map((name) => {
    const field = reportFields.find((one) => one === name)
    if (field) return field
    throw invalid(`Invalid value for 'by': supported values are ${reportFields.join(', ')}.`, 'by')
  })
}

/** Whose usage is asked for; undefined for everybody's. */
function visiblePrincipal({ state }: ApiContext, asked: string | undefined): string | undefined {
  const { id } = state.principal
  if (seesAll(state.principal)) return asked
  if (asked === undefined || asked === id) return id
  throw new GatewayError('forbidden', "The usage of others is for keys with the scope 'usage:read'.", {
    param: 'principal',
    reason: 'insufficient_scope'
  })
}

function rowViewOf({ sums, ...fields }: ReportRow) {
  return { ...fields, ...usedViewOf(sums) }
}
