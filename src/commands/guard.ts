import { resolve } from 'node:path'
import { watch } from '../codex/guard.ts'
import type { Guard } from '../codex/guard.ts'
import type { Config } from '../config.ts'
import type { Runtime } from '../runtime.ts'

/** The guard of this gateway's turns, from which the files that hold its tokens are hidden. */
export function guardFor(config: Config, { binary, env }: Runtime): Promise<Guard> {
  const hidden = [resolve('.env'), config.CODEX_GATEWAY_TOKEN_FILE?.path].filter((path) => path !== undefined)
  return watch({ binary: binary.path, searchPath: env['PATH'], hidden })
}
