import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { LimitState } from '../../ledger/limits/state.ts'
import { usedInPeriod } from '../../ledger/usage.ts'
import type { LimitPeriod } from '../../turn/limit.ts'

const dollars = z.number().nonnegative()
const resets = ['minute', 'hour', 'daily', 'weekly', 'monthly'] as const

const ownKey = z.object({
  data: z.object({
    label: z.string(),
    limit: dollars.nullable().meta({ description: 'Dollars of the tightest limit on money.' }),
    limit_remaining: dollars.nullable(),
    limit_reset: z.enum(resets).nullable(),
    usage: dollars.meta({ description: 'Dollars in all, where prices are configured.' }),
    usage_daily: dollars,
    usage_weekly: dollars,
    usage_monthly: dollars,
    expires_at: z.string().nullable(),
    is_free_tier: z.literal(false)
  })
})

const resetOf: Readonly<Record<LimitPeriod, (typeof resets)[number] | null>> = {
  ...{ minute: 'minute', hour: 'hour', day: 'daily', week: 'weekly', month: 'monthly', ever: null }
}

/** What the caller calls with, as tools for OpenRouter ask for it, in dollars. */
export function ownKeyOperation({ ledger }: { ledger: Ledger }): Operation {
  return {
    method: 'get',
    path: '/key',
    summary: 'What you call with, in the shape of OpenRouter: your limit on money, and what you have spent.',
    answer: ownKey,
    handle(ctx) {
      const { principal, workspace } = ctx.state
      const { id, name, key } = principal
      const subject = key ? { key: key.id } : { principal: id }
      ledger.flush()
      const { now } = ledger.clock
      const spent = (period: LimitPeriod) => {
        const { since } = ledger.calendar.periodOf(period, now)
        return ledger.store.use((connection) => usedInPeriod(connection, subject, { name: period, since })).cost / 1e9
      }
      const limits = ledger.limitsOf({ principal: id, key: key?.id ?? '', workspace: workspace.id })
      const tightest = limits.filter(({ rule }) => rule.limit.what === 'usd').sort((a, b) => left(a) - left(b))[0]
      ctx.body = {
        data: {
          label: key?.name ?? name,
          limit: tightest ? tightest.rule.limit.max / 1e9 : null,
          limit_remaining: tightest ? left(tightest) : null,
          limit_reset: tightest ? resetOf[tightest.rule.limit.per] : null,
          usage: spent('ever'),
          ...{ usage_daily: spent('day'), usage_weekly: spent('week'), usage_monthly: spent('month') },
          expires_at: key?.expiresAt === undefined ? null : new Date(key.expiresAt * 1000).toISOString(),
          is_free_tier: false
        }
      }
    }
  }
}

/** Dollars. */
const left = ({ rule, used, reserved }: LimitState) => Math.max(rule.limit.max - used - reserved, 0) / 1e9
