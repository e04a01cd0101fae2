import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { tokensOf } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { doubtful, right } from './finding.ts'
import type { Finding } from './finding.ts'

/** Who may come in. */
export function tokenFinding(config: Config): Finding {
  const count = tokensOf(config).length
  if (count > 0)
    return right(count === 1 ? 'a token is needed to come in' : `one of ${count} tokens is needed to come in`)
  return doubtful(
    'no token is set: whatever runs on this machine may use the gateway',
    'Make one with codex-gateway token, and put it into .env as CODEX_GATEWAY_TOKEN.'
  )
}

/** Whether somebody else may read the settings, and with them the token. Undefined where there is no `.env`. */
export async function dotEnvFinding(path = resolve('.env')): Promise<Finding | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return undefined
  return (found.mode & 0o077) === 0
    ? right(`settings from ${path}`)
    : doubtful(`settings from ${path}, which other users may read`, `chmod 600 ${path}`)
}
