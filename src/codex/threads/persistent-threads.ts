import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { quietFlags } from '../home/settings.ts'
import { runCommand } from '../process/run-command.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { archiveIn, rolloutOf } from './rollouts.ts'

/** A thread's file. `usedAt` in ms. */
export interface Rollout {
  threadId: string
  path: string
  usedAt: number
  bytes: number
}

/** The threads that are stored in a CODEX_HOME. */
export interface PersistentThreads {
  all: () => Promise<Rollout[]>
  /** Removes a thread and what codex noted of it; does nothing where there is none, or where forks of it hold on to its history. Rejects with `overloaded` when codex cannot be started now: the thread is still there. */
  delete: (threadId: string) => Promise<void>
}

/** Milliseconds for codex to delete one. */
const patience = 10_000

/** The threads in a CODEX_HOME; `env` is the environment of a codex in it. */
export function persistentThreadsIn(
  codexHome: string,
  binary: string,
  env: Readonly<Record<string, string>>
): PersistentThreads {
  const oneByOne = pLimit(1) // each is a process
  const remove = async (threadId: string) => {
    const rollout = await rolloutOf(codexHome, threadId)
    if (rollout === undefined) return
    const { code } = await runCommand(
      binary,
      ['delete', ...quietFlags, '-c', 'features.apps=false', '--force', threadId],
      {
        env,
        timeout: patience
      }
    )
    if (code !== 0 && (await isPaginated(rollout))) return // it has forks, whose history is in this file
    await unlink(rollout).catch(() => {}) // by a CLI that knows no `delete`
  }
  return {
    all: async () => [...(await rolloutsIn(join(codexHome, 'sessions'))), ...(await rolloutsIn(archiveIn(codexHome)))],
    delete: (threadId) => oneByOne(() => remove(threadId))
  }
}

/** Only lines of a paginated thread have an ordinal (codex-cli 0.169). */
async function isPaginated(rollout: string): Promise<boolean> {
  const start = await readRegularFile(rollout, { maxBytes: 256, writer: 'operator' })
  return start?.toString().includes('"ordinal":') ?? false
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
