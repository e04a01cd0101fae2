import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watch } from '../../src/codex/process/guard.ts'
import type { Guard, GuardedProcess, WatchOptions } from '../../src/codex/process/guard.ts'
import { codexBinary } from './upstream/codex-home.ts'
import type { CodexHome } from './upstream/codex-home.ts'

/** A guard with a temp folder of its own, unless it is given one. */
export async function startGuard(options: Partial<WatchOptions> = {}): Promise<Guard> {
  const temp = options.temp ?? (await mkdtemp(join(tmpdir(), 'guard-')))
  const guard = await watch({ binary: codexBinary, ...options, temp })
  const dispose = () =>
    guard[Symbol.asyncDispose]().then(() => (options.temp === undefined ? rm(temp, { recursive: true }) : undefined))
  return Object.create(guard, { [Symbol.asyncDispose]: { value: dispose } }) as Guard
}

/** Starts `codex exec --json` under the guard, its prompt given. */
export function startTurn(
  guard: Guard,
  home: Pick<CodexHome, 'env' | 'workspace'>,
  sandbox: string,
  folder?: string
): GuardedProcess {
  const child = guard.start(
    codexBinary,
    ['exec', '--json', '--skip-git-repo-check', '--ephemeral', `--sandbox=${sandbox}`, '-'],
    { env: home.env, cwd: home.workspace, folder }
  )
  child.stdin.end('Go.')
  return child
}

/** Reads until `text` has been said, or to the end. Returns all that was read; the rest is drained. */
export async function readUntil(child: GuardedProcess, text: string): Promise<string> {
  const chunks = child.stdout[Symbol.asyncIterator]()
  let said = ''
  while (!said.includes(text)) {
    const next = await chunks.next()
    if (next.done) return said
    said += Buffer.from(next.value).toString()
  }
  void drain(chunks)
  return said
}

async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await chunks.next().catch(() => ({ done: true }))).done);
}
