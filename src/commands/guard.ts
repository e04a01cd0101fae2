import { watch } from '../codex/process/guard.ts'
import type { Guard } from '../codex/process/guard.ts'
import type { Runtime } from '../workspaces/runtime.ts'

/** The guard of this gateway's turns, from which its tokens and what it keeps are hidden. */
export function guardFor({ binary, env, secrets }: Runtime): Promise<Guard> {
  return watch({ binary: binary.path, searchPath: env['PATH'], hidden: secrets.others })
}
