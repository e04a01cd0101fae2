import { calendarFor } from '../../app/ledger.ts'
import { storeFor } from '../../app/storage.ts'
import { configFrom } from '../../config/config.ts'
import { usageCsv } from '../../ledger/csv.ts'
import { Ledger } from '../../ledger/ledger.ts'
import { proofOf } from '../../ledger/proof.ts'
import { reportFields, usageReport } from '../../ledger/report.ts'
import type { ReportField } from '../../ledger/report.ts'
import { ledgerSchema } from '../../ledger/schema.ts'
import { timeFrom } from '../../ledger/time.ts'
import { environmentWith } from '../environment.ts'
import { CommandError } from '../error.ts'
import { usageError } from '../options.ts'
import type { UsageCommand } from './line.ts'
import { usageTable } from './table.ts'

/** Prints who used what, beside a running gateway or without one. Returns the exit code: 1 where `--check` finds a difference. */
export function usage(command: UsageCommand): number {
  const config = configFrom(environmentWith({}))
  using store = storeFor(config)
  store.add(ledgerSchema)
  const ledger = new Ledger({ store, calendar: calendarFor(config), modelOf: () => '' })
  if (command.check) return check(ledger)
  const { calendar, clock } = ledger
  const since = command.from ? timeFrom(command.from, calendar, 'since') : calendar.periodOf('month', clock.now).since
  const until = command.to ? timeFrom(command.to, calendar, 'until') : clock.now + 1
  if (since === undefined) throw usageError(`--from ${command.from} is no day such as 2026-11-01`)
  if (until === undefined) throw usageError(`--to ${command.to} is no day such as 2026-11-01`)
  const by = fieldsFrom(command.by ?? 'principal')
  const { principal, key } = command
  const rows = usageReport(ledger, { since, until, by, of: { principal, key } })
  if (command.form === 'csv') process.stdout.write(usageCsv(rows, by))
  else if (command.form === 'json') process.stdout.write(`${JSON.stringify({ since, until, data: rows }, null, 2)}\n`)
  else process.stdout.write(usageTable(rows, by, calendar.zone))
  return 0
}

function check(ledger: Ledger): number {
  const { responses, minutes, days, open, agrees } = proofOf(ledger)
  process.stdout.write(
    `tokens by response ${responses}, by minute ${minutes}, by day ${days}; turns that run ${open}\n`
  )
  if (!agrees) throw new CommandError('The sums differ: restore the store from a backup, or report this')
  return 0
}

function fieldsFrom(text: string): ReportField[] {
  return text.split(',').map((name) => {
    const field = reportFields.find((one) => one === name.trim())
    if (field) return field
    throw usageError(`--by takes ${reportFields.join(', ')}`)
  })
}
