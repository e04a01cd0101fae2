import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { runCommand } from '../process/run-command.ts'
import { rolloutOf } from './rollouts.ts'

/** A thread's file. `usedAt` in ms. */
export interface Rollout {
  threadId: string
  path: string
  usedAt: number
  bytes: number
}

/** The threads that a codex home keeps. */
export interface KeptThreads {
  all: () => Promise<Rollout[]>
  /** Removes a thread and what codex noted of it; does nothing where there is none. Rejects with `overloaded` when codex cannot be started now: the thread is still there. */
  delete: (threadId: string) => Promise<void>
}

/** Milliseconds for codex to delete one. */
const patience = 10_000
/** What would have it speak to the network. */
const quiet = [
  '-c',
  'analytics.enabled=false',
  '-c',
  'check_for_update_on_startup=false',
  '-c',
  'features.plugins=false',
  '-c',
  'features.apps=false'
]

/** `env` holds the home as CODEX_HOME. */
export function keptThreadsIn(binary: string, env: Record<string, string>): KeptThreads {
  const home = env['CODEX_HOME'] ?? ''
  const oneByOne = pLimit(1) // each is a process
  const remove = async (threadId: string) => {
    const rollout = await rolloutOf(home, threadId)
    if (rollout === undefined) return
    await runCommand(binary, ['delete', ...quiet, '--force', threadId], { env, timeout: patience })
    await unlink(rollout).catch(() => {}) // by a CLI that knows no `delete`
  }
  return {
    all: () => rolloutsIn(join(home, 'sessions')),
    delete: (threadId) => oneByOne(() => remove(threadId))
  }
}

async function rolloutsIn(folder: string): Promise<Rollout[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const found = await Promise.all(
    names.map(async (name) => {
      const threadId = /rollout-[^/]*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/.exec(name)?.[1]
      const path = join(folder, name)
      const stats = threadId === undefined ? undefined : await stat(path).catch(() => undefined)
      return threadId !== undefined && stats ? [{ threadId, path, usedAt: stats.mtimeMs, bytes: stats.size }] : []
    })
  )
  return found.flat()
}
