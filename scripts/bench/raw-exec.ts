import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { execArguments } from '../../src/engines/exec/arguments.ts'
import type { WorkspaceRegistry } from '../../src/workspaces/registry.ts'
import { model } from './setting.ts'

/** Milliseconds from the start of `codex exec` by hand. */
export interface ExecRun {
  /** To `turn.completed`. */
  completed: number
  /** To its exit. */
  exited: number
}

export type RunExec = () => Promise<ExecRun>

/** The native binary with the home, the settings and the environment that a gateway gives it. */
export function tunedExec({ codex, default: workspace }: WorkspaceRegistry): RunExec {
  const turn = {
    model,
    effort: 'low',
    profile: 'bare',
    sandbox: 'read-only',
    cwd: workspace.folder,
    addDirs: [],
    skipGitRepoCheck: true,
    ephemeral: true,
    images: []
  } as const
  const args = execArguments(turn, { layers: workspace.layers, flags: codex.capabilities.flags })
  return () => run(codex.binary.path, args, workspace.homes.ephemeral.env, workspace.folder)
}

/**
 * npm's `codex` with a home that holds no more than where the model is. Its usage reports are off: where
 * they cannot be sent they hold up the exit for 5 s, which would flatter whoever is compared with it.
 */
export async function usualExec(folder: string, modelUrl: string): Promise<RunExec> {
  const [home, workspace] = [join(folder, 'usual-home'), join(folder, 'workspace')]
  await mkdir(home, { recursive: true })
  const provider = { name: 'bench', base_url: modelUrl, wire_api: 'responses', env_key: 'BENCH_KEY' }
  await writeFile(
    join(home, 'config.toml'),
    stringify({ model, model_provider: 'bench', analytics: { enabled: false }, model_providers: { bench: provider } })
  )
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, CODEX_HOME: home, BENCH_KEY: 'sk-of-the-bench' }
  const shim = join(import.meta.dirname, '../../node_modules/.bin/codex')
  return () => run(shim, ['exec', '--json', '--skip-git-repo-check', '-'], env, workspace)
}

function run(path: string, args: string[], env: Record<string, string>, cwd: string): Promise<ExecRun> {
  const begun = performance.now()
  const child = spawn(path, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end('Say the word hello.')
  let output = ''
  let completed = NaN
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (Number.isNaN(completed) && output.includes('"turn.completed"')) completed = performance.now() - begun
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => {
      if (Number.isNaN(completed)) reject(new Error(`codex exec by hand did not complete: ${output.slice(-300)}`))
      else resolve({ completed, exited: performance.now() - begun })
    })
  })
}
