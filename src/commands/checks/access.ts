import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { coreDumpsForbidden } from '../../codex/process/core-dumps.ts'
import { tokensOf } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Who can use the gateway. */
export function tokenFinding(config: Config): Finding {
  const count = tokensOf(config).length
  if (count > 0) return pass(count === 1 ? 'clients must send a token' : `clients must send one of ${count} tokens`)
  if (config.CODEX_JWT_SECRET_FILE) return pass('clients must send a JWT that a shared secret verifies')
  if (config.CODEX_TOKEN_VERIFIER_URL !== undefined) return pass('clients must send a token that the verifier knows')
  return warn(
    'no token is set: every program on this machine can use the gateway',
    'Set CODEX_GATEWAY_TOKEN in the environment or in .env; codex-gateway token prints a new one.'
  )
}

/** Whether other users can read the settings, and with them the token. Undefined if there is no `.env`. */
export async function dotEnvFinding(path = resolve('.env')): Promise<Finding | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return undefined
  return (found.mode & 0o077) === 0
    ? pass(`settings from ${path}`)
    : warn(`settings from ${path}, which other users can read`, `chmod 600 ${path}`)
}

/** Whether a crash could write the gateway's memory, or codex's, to a file. Undefined where the system does not say. */
export function coreDumpFinding(forbidden = coreDumpsForbidden()): Finding | undefined {
  if (forbidden === undefined) return undefined
  return forbidden
    ? pass('no crash writes a core dump')
    : warn(
        'a crash can write a core dump, with keys and prompts',
        'Start the gateway with `ulimit -c 0`, or install util-linux.'
      )
}
