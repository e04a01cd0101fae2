import type { Config } from '../../config/config.ts'
import { warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether what limits usage holds over all front ends, each of which has its own ledger. Undefined where nothing is limited. */
export function limitsFinding(config: Pick<Config, 'CODEX_LIMITS_FILE' | 'CODEX_WINDOW_SHARE'>): Finding | undefined {
  if (!config.CODEX_LIMITS_FILE && config.CODEX_WINDOW_SHARE !== 'fair') return undefined
  return warn(
    'limits of usage count at each front end for itself: several let through several times as much',
    'Run one front end, divide the limits by their number, or have the load balancer send each caller to one of them.'
  )
}
