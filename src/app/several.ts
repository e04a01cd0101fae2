import type { Config } from '../config/config.ts'

/** Whether several principals share the gateway, so that each has a share of what is bounded. */
export function hasSeveralPrincipals(config: Config): boolean {
  return config.CODEX_GATEWAY_TOKEN.length > 1 || config.CODEX_GATEWAY_TOKEN_FILE !== undefined
}
