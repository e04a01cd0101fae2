import { choice, text } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about who used what, in the order in which people read about them. */
export const usageSettings = {
  CODEX_USAGE_TIMEZONE: setting(
    'UTC',
    text.refine(isZone, 'must be a time zone such as Europe/Berlin'),
    'Time zone in which the days, weeks and months of usage begin. Gateways that share a home need the same one.'
  ),
  CODEX_USAGE_WEEK: setting('monday', choice(['monday', 'sunday', 'saturday']), 'Day on which weeks of usage begin.')
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
