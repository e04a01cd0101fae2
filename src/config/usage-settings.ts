import { z } from 'zod'
import { choice, flag, integer, list, limitsFile, pricesFile, text } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about who used what, in the order in which people read about them. */
export const usageSettings = {
  CODEX_USAGE_TIMEZONE: setting(
    'UTC',
    text.refine(isZone, 'must be a time zone such as Europe/Berlin'),
    'Time zone in which the days, weeks and months of usage begin. Gateways that share a home need the same one.'
  ),
  CODEX_USAGE_WEEK: setting('monday', choice(['monday', 'sunday', 'saturday']), 'Day on which weeks of usage begin.'),
  CODEX_LIMITS_FILE: setting(
    '',
    limitsFile,
    'File of limits, TOML, on requests, tokens and money: see docs/usage.md. SIGHUP reloads it.'
  ),
  CODEX_PRICES_FILE: setting(
    '',
    pricesFile,
    'File with what models cost, TOML: see docs/usage.md. Unset: no costs are shown. SIGHUP reloads it.'
  ),
  CODEX_COUNT_ESTIMATES: setting(
    '1',
    flag,
    'Whether what an answer may have taken that was cut off, and is not reported, uses up limits.'
  ),
  CODEX_ALERT_AT: setting(
    '80,100',
    list.transform((parts, context) => percentsFrom(parts, context)),
    'Percents of a limit at which it is reported: in the log, and to webhooks.'
  ),
  CODEX_LEDGER_KEEP_DAYS: setting(
    '90',
    integer(2, 36_500),
    'Days for which single turns, and sums by minute, are stored; sums by day are for ever.'
  ),
  CODEX_WINDOW_SHARE: setting(
    'off',
    choice(['off', 'fair']),
    'Whether what is left of the account’s usage windows is shared out: `fair` refuses who has used his share of a window that will not last.'
  ),
  CODEX_WINDOW_FREE: setting(
    '50',
    integer(0, 100),
    'Percent of a usage window that anybody may use before it is shared out.'
  )
}

function percentsFrom(parts: readonly string[], context: z.RefinementCtx): number[] {
  const percents = parts.map(Number)
  if (percents.every((percent) => percent > 0 && percent <= 100)) return percents.toSorted((one, other) => one - other)
  context.addIssue({ code: 'custom', message: 'must be percents from 1 to 100, separated by commas' })
  return z.NEVER
}

function isZone(name: string): boolean {
  if (name === 'UTC') return true // what Intl loads takes 8 MB of an idle gateway
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
