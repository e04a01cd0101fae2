import { readFileSync } from 'node:fs'
import { runCommand } from './run-command.ts'

/**
 * Keeps this process, and all that it starts from then on, from writing core dumps: they would hold keys and prompts, codex's
 * in the workspace. By util-linux's `prlimit`, once, because Node cannot set a limit and a shell around each codex would cost
 * every turn. Returns whether none can be written; undefined where the system does not say (no Linux).
 */
export async function forbidCoreDumps(): Promise<boolean | undefined> {
  if (coreDumpsForbidden() !== false) return coreDumpsForbidden()
  const args = ['--core=0:0', '--pid', String(process.pid)]
  await runCommand('prlimit', args, { env: { PATH: '/usr/bin:/bin' }, timeout: 2_000 }).catch(() => {}) // not installed
  return coreDumpsForbidden()
}

/** Whether the limit of this process is 0, for it and for good. */
export function coreDumpsForbidden(): boolean | undefined {
  try {
    return /^Max core file size +0 +0 /m.test(readFileSync('/proc/self/limits', 'latin1'))
  } catch {
    return undefined
  }
}
