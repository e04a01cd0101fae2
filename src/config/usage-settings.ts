import { choice, flag, limitsFile, pricesFile, text } from './parse.ts'
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
    'File with what models cost, TOML: see docs/usage.md. Unset: costs are not told. SIGHUP reloads it.'
  ),
  CODEX_COUNT_ESTIMATES: setting(
    '1',
    flag,
    'Whether what an answer may have taken that was cut off, and is not reported, uses up limits.'
  )
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
