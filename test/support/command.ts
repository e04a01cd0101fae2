import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

const project = join(import.meta.dirname, '..', '..')

/** Starts a program in a folder, with no environment but this. The result never rejects: it says how the program ended. */
export const start = (program: string, args: string[], cwd: string, env: Record<string, string>) =>
  execa(program, args, { cwd, env, extendEnv: false, reject: false })

/** A folder to run `codex-gateway` in, which is the user's home too; it is removed at the end. */
export interface CommandFolder extends AsyncDisposable {
  readonly path: string
  /** Starts the real program. */
  run: (args: string[], env?: Record<string, string>) => ReturnType<typeof start>
}

/** Builds what is not built, as the scripts do, and makes a folder to work in. */
export async function commandFolder(): Promise<CommandFolder> {
  await execa('bash', ['-c', 'set -euo pipefail; . scripts/install.sh; build'], { cwd: project })
  const path = await mkdtemp(join(tmpdir(), 'command-'))
  const own = { HOME: path, PATH: '/usr/bin:/bin' }
  return {
    path,
    run: (args, env = {}) =>
      start(process.execPath, [join(project, 'dist/main.js'), ...args], path, { ...own, ...env }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 })
  }
}
