import { z } from 'zod'
import { sharePercent } from '../../ledger/fair-share.ts'
import type { Ledger } from '../../ledger/ledger.ts'

const percent = z.number().min(0).max(100)

export const windowView = z.object({
  limit: z.string(),
  minutes: z.int(),
  used_percent: percent,
  resets_at: z.int(),
  observed_at: z.int().meta({ description: 'When the provider last reported it.' }),
  own_percent: percent.meta({ description: 'The part that your turns have used, as far as the gateway can tell.' }),
  share_percent: percent.nullable().meta({ description: 'Your share; null where windows are not shared out.' })
})

/** The windows of the account that are not over, as a principal sees them. */
export function windowViews(ledger: Ledger, principal: string): z.output<typeof windowView>[] {
  const tenth = (value: number) => Math.min(Math.round(value * 10) / 10, 100)
  return ledger.windows.current(ledger.clock.now).map((window) => {
    const parts = ledger.windows.partsOf(window)
    return {
      ...{ limit: window.limit, minutes: window.minutes, used_percent: window.usedPercent },
      ...{ resets_at: window.resetsAt, observed_at: window.observedAt },
      own_percent: tenth(parts.get(principal) ?? 0),
      share_percent: ledger.shares ? tenth(sharePercent(principal, parts, ledger.shares)) : null
    }
  })
}
