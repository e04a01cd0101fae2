import { z } from 'zod'
import { GatewayError } from '../turn/error.ts'
import type { ServiceTier } from '../turn/request.ts'

/** The tiers that requests name; `null` is absent. */
export const serviceTier = z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']).nullish()

export type NamedTier = z.output<typeof serviceTier>

/** The tier to ask the provider for; undefined for its own. Codex calls priority fast. */
export function serviceTierFrom(named: NamedTier): ServiceTier | undefined {
  if (named === 'fast') return 'priority'
  return named === 'flex' || named === 'priority' ? named : undefined
}

/** `['service_tier']` for the tier that codex cannot ask for. Throws `unsupported` where that is to be refused. */
export function ignoredTier(named: NamedTier, policy: 'ignore' | 'ignore-all' | 'reject'): string[] {
  if (named !== 'scale') return []
  if (policy !== 'reject') return ['service_tier']
  throw new GatewayError('unsupported', "Unsupported value: 'service_tier'. Codex cannot ask for the scale tier.", {
    param: 'service_tier'
  })
}
