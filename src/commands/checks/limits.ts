import type { Config } from '../../config/config.ts'
import { warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether shares of the account's windows hold over all front ends, which each counts for itself. Undefined where there are none. */
export function limitsFinding(config: Pick<Config, 'CODEX_WINDOW_SHARE'>): Finding | undefined {
  if (config.CODEX_WINDOW_SHARE !== 'fair') return undefined
  return warn(
    'shares of the account’s windows count at each front end for itself: what a caller uses at others is not in its share',
    'Run one front end, or have the load balancer send each caller to one of them.'
  )
}
