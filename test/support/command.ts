import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { ResultPromise } from 'execa'

const project = join(import.meta.dirname, '..', '..')

/** A folder to run `codex-gateway` in, which is the user's home too; it is removed at the end. */
export interface CommandFolder extends AsyncDisposable {
  readonly path: string
  /** Starts the real program. The result never rejects: it says how the program ended. */
  run: (args: string[], env?: Record<string, string>) => ResultPromise<{ reject: false; extendEnv: false }>
}

/** Builds what is not built, as the scripts do, and makes a folder to work in. */
export async function commandFolder(): Promise<CommandFolder> {
  await execa('bash', ['-c', 'set -euo pipefail; . scripts/install.sh; build'], { cwd: project })
  const path = await mkdtemp(join(tmpdir(), 'command-'))
  const own = { HOME: path, PATH: '/usr/bin:/bin' }
  return {
    path,
    run: (args, env = {}) =>
      execa(process.execPath, [join(project, 'dist/main.js'), ...args], {
        cwd: path,
        env: { ...own, ...env },
        extendEnv: false,
        reject: false
      }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 })
  }
}
