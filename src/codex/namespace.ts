import { existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { execa } from 'execa'
import { markOf } from './enclosure.ts'
import type { Enclosed, Enclosure } from './enclosure.ts'
import { childrenOf, sendSignal } from './processes.ts'

/** A PID namespace dies with its first process, and that one with the gateway: the kernel sees to it. */
const unshared = ['--dev-bind', '/', '/', '--proc', '/proc', '--unshare-pid', '--die-with-parent']
/** Root keeps its capabilities, so that full access stays full access. */
const asRoot = process.getuid?.() === 0 ? ['--cap-add', 'ALL'] : []
/** What codex itself asks of the machine for its sandbox; it must still work inside. */
const sandboxed = ['--ro-bind', '/', '/', '--unshare-user', '--unshare-pid', '--proc', '/proc', 'true']

const patience = 5_000

/** What a namespace keeps from codex and its commands. `base` is shown but for the turn's own folder in it. */
export interface Hidden {
  paths: readonly string[]
  base: string
}

/** PID namespaces made by bubblewrap, which codex brings along. Undefined where this machine does not allow them. */
export async function namespaces(binary: string, searchPath: string, hidden: Hidden): Promise<Enclosure | undefined> {
  if (!existsSync(`/proc/self/task/${process.pid}/children`)) return undefined
  const beside = join(dirname(binary), '..', 'codex-resources', 'bwrap')
  for (const bwrap of [beside, ...searchPath.split(delimiter).map((folder) => join(folder, 'bwrap'))]) {
    if (existsSync(bwrap) && (await works(bwrap))) return enclosureBy(bwrap, hidden)
  }
  return undefined
}

async function works(bwrap: string): Promise<boolean> {
  const probe = await execa(bwrap, [...unshared, ...asRoot, bwrap, ...sandboxed], { reject: false, timeout: patience, stdio: 'ignore', env: { PATH: '/usr/bin:/bin' }, extendEnv: false })
  return probe.exitCode === 0
}

function enclosureBy(bwrap: string, hidden: Hidden): Enclosure {
  return {
    means: 'namespace',
    command: (path, args, folder) => [bwrap, [...unshared, ...asRoot, ...masks(hidden, folder), path, ...args]],
    around: enclosed,
    async [Symbol.asyncDispose]() {}
  }
}

/** An empty file over each file, an empty folder over each folder. */
function masks({ paths, base }: Hidden, folder: string | undefined): string[] {
  return [...paths, base].flatMap(mask).concat(folder === undefined ? [] : ['--bind', folder, folder])
}

function mask(path: string): string[] {
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind === undefined) return []
  return kind.isDirectory() ? ['--tmpfs', realpathSync(path)] : ['--ro-bind', '/dev/null', realpathSync(path)]
}

/** `pid` is bwrap outside; its child is the namespace's first process, whose first child is codex and whose others are strays. */
function enclosed(pid: number): Enclosed {
  const first = () => childrenOf(pid)[0]
  const inside = () => childrenOf(first() ?? 0)
  let strays = 0
  return {
    signal: (name) => sendSignal(inside()[0] ?? pid, name),
    async note() {
      strays = Math.max(0, inside().length - 1)
    },
    async end(exited) {
      if (!exited) sendSignal(first() ?? pid, 'SIGKILL') // the outer bwrap ends after it, when all inside are gone
      return strays
    },
    async strays(turnId) {
      return inside().slice(1).filter((stray) => (markOf(stray) ?? turnId) === turnId) // who hides his turn is nobody's
    }
  }
}
