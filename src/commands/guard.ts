import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { watch } from '../codex/guard.ts'
import type { Guard } from '../codex/guard.ts'
import type { Config } from '../config.ts'
import type { Runtime } from '../runtime.ts'

/** The guard of this gateway's turns, from which are hidden the files that hold its tokens, and what it keeps for each of them. */
export async function guardFor(config: Config, { binary, env, home }: Runtime): Promise<Guard> {
  const kept = join(home, 'gateway')
  await mkdir(kept, { recursive: true, mode: 0o700 }) // only what is there can be hidden, and app-server starts once
  const hidden = [resolve('.env'), config.CODEX_GATEWAY_TOKEN_FILE?.path, kept].filter((path) => path !== undefined)
  return watch({ binary: binary.path, searchPath: env['PATH'], hidden })
}
