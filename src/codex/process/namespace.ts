import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { carriers, codexVariable, markOf, turnVariable } from './enclosure.ts'
import type { Enclosed, Enclosure, View } from './enclosure.ts'
import { killAll } from './kill-all.ts'
import { childrenOf, processAt, sendSignal } from './processes.ts'
import type { ProcessRow } from './processes.ts'
import { runCommand } from './run-command.ts'

/** A PID namespace dies with its first process, and that one with the gateway: the kernel sees to it. */
const unshared = ['--dev-bind', '/', '/', '--unshare-pid', '--die-with-parent']
const isRoot = process.getuid?.() === 0
/** Root keeps its capabilities, so that full access stays full access. */
const capabilities = isRoot ? ['--cap-add', 'ALL'] : []
/**
 * With another's /proc a sandbox within would look up wrong pids. bwrap's covers parts of it as root,
 * and then no sandbox within can mount its own: root mounts it by hand.
 */
const ownProc = isRoot ? ['/bin/sh', '-c', 'mount -t proc proc /proc && exec "$0" "$@"'] : ['--proc', '/proc']
/** What codex asks of the machine for its sandbox (codex-cli 0.169); it must still work inside. */
const sandboxed = [
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--unshare-user',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-net',
  '--proc',
  '/proc',
  '--cap-drop',
  'ALL',
  'true'
]

const patience = 5_000
/** Milliseconds after which bubblewrap has made its namespace, mostly, and codex has not ended in it. */
const acquaintance = 15

/**
 * PID namespaces made by bubblewrap, which codex brings along. Undefined where this machine does not allow them. `base` has
 * the folders of all turns.
 */
export async function namespaces(binary: string, searchPath: string, base: string): Promise<Enclosure | undefined> {
  if (!existsSync(`/proc/self/task/${process.pid}/children`)) return undefined
  const beside = join(dirname(binary), '..', 'codex-resources', 'bwrap')
  for (const bwrap of [beside, ...searchPath.split(delimiter).map((folder) => join(folder, 'bwrap'))]) {
    if (existsSync(bwrap) && (await works(bwrap))) return enclosureBy(bwrap, base)
  }
  return undefined
}

async function works(bwrap: string): Promise<boolean> {
  const env = { PATH: '/usr/bin:/bin' }
  return runCommand(bwrap, [...enter([]), bwrap, ...sandboxed], { env, timeout: patience }).then(
    ({ code }) => code === 0,
    () => false
  )
}

function enclosureBy(bwrap: string, base: string): Enclosure {
  return {
    means: 'namespace',
    command: (path, args, view) =>
      isExecutable(path) ? [bwrap, [...enter(masks(base, view)), path, ...args]] : [path, args], // spawn says better what is wrong
    around: enclosed,
    async [Symbol.asyncDispose]() {}
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** bwrap's arguments, up to the command. */
function enter(masked: string[]): string[] {
  return [...unshared, ...capabilities, ...masked, ...ownProc]
}

/** An empty file over each file, an empty folder over each folder. */
function masks(base: string, { hidden, folder }: View): string[] {
  return [...[...hidden, base].flatMap(mask), ...(folder === undefined ? [] : ['--bind', folder, folder])]
}

function mask(path: string): string[] {
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind === undefined) return []
  return kind.isDirectory() ? ['--tmpfs', realpathSync(path)] : ['--ro-bind', '/dev/null', realpathSync(path)]
}

/** `pid` is bwrap outside; its child is the namespace's first process, whose first child is codex and whose others are strays. */
function enclosed(pid: number, mark: string): Enclosed {
  const inside = () => childrenOf(childrenOf(pid)[0] ?? 0)
  let first: ProcessRow | undefined
  const know = () => (first ??= processAt(childrenOf(pid)[0] ?? 0))
  setTimeout(know, acquaintance).unref() // whoever ends before `note` would have to be looked for among all processes
  let strays = 0
  return {
    signal: (name) => sendSignal(inside()[0] ?? pid, name),
    async note() {
      know()
      strays = Math.max(0, inside().length - 1)
    },
    /** The namespace is empty when its first process is gone: a little after bwrap outside, which need not wait for it. */
    async end() {
      await killAll(async () => (first ? alive(first) : carriers(codexVariable, mark)))
      return strays
    },
    async strays(turnId) {
      return inside()
        .slice(1)
        .filter((stray) => (markOf(stray, turnVariable) ?? turnId) === turnId) // who hides his turn is nobody's
    }
  }
}

function alive(first: ProcessRow): number[] {
  return processAt(first.pid)?.started === first.started ? [first.pid] : []
}
