import type { Config } from '../config/config.ts'

/** Whether several principals share the gateway, so that each has a share of what is bounded. `isShared`: its tokens are others' business. */
export function hasSeveralPrincipals(config: Config & { isShared?: boolean }): boolean {
  return (
    config.isShared === true || config.CODEX_GATEWAY_TOKEN.length > 1 || config.CODEX_GATEWAY_TOKEN_FILE !== undefined
  )
}
