import type { Ledger } from '../ledger/ledger.ts'
import type { Log } from '../telemetry/log.ts'
import { limitText } from '../turn/limit.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** Reports limits that are nearly or wholly used: in the log, and to the webhooks of the principal whose turn has reached them. */
export function reportLimits(ledger: Ledger, webhooks: Webhooks, log: Log): void {
  ledger.onAlert = (connection, { threshold, state }, principal) => {
    const { name, limit } = state.rule
    const dollars = limit.what === 'usd' ? 1e9 : 1
    const data = {
      id: name,
      limit: limitText(limit),
      threshold,
      ...{ used: state.used / dollars, max: limit.max / dollars },
      resets_at: Number.isFinite(state.until) ? state.until : null
    }
    const type = threshold >= 100 ? 'usage.limit_reached' : 'usage.threshold_reached'
    webhooks.publish(connection, principal, { type, data })
    log.warn({ subject: name, limit: data.limit, percent: threshold }, 'a limit is nearly or wholly used')
  }
}
