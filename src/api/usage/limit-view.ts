import { z } from 'zod'
import type { LimitState } from '../../ledger/limits/state.ts'

const amount = z.number().nonnegative()

export const limitView = z.object({
  subject: z.string().meta({ description: '`*`: all callers together.' }),
  what: z.enum(['requests', 'tokens', 'usd']),
  per: z.enum(['minute', 'hour', 'day', 'week', 'month', 'ever']),
  models: z.array(z.string()).nullable().meta({ description: 'Those that count; all where it is null.' }),
  on_limit: z.enum(['stop', 'finish', 'warn']),
  max: amount,
  used: amount,
  uncertain: amount.meta({ description: 'The part of `used` that was not reported.' }),
  reserved: amount.meta({ description: 'For turns that run.' }),
  remaining: amount,
  resets_at: z.int().nullable()
})

export function limitViewOf({ rule, used, uncertain, reserved, until }: LimitState): z.output<typeof limitView> {
  const { what, per, max } = rule.limit
  const shown = (count: number) => (what === 'usd' ? count / 1e9 : count)
  return {
    subject: rule.name,
    ...{ what, per, models: rule.models ? [...rule.models] : null, on_limit: rule.on_limit },
    ...{ max: shown(max), used: shown(used), uncertain: shown(uncertain), reserved: shown(reserved) },
    remaining: shown(Math.max(max - used - reserved, 0)),
    resets_at: Number.isFinite(until) ? until : null
  }
}
