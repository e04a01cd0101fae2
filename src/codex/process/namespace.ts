import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { contains } from '../files/paths.ts'
import { programsOn } from '../files/search-path.ts'
import { pidsWith, codexVariable, markOf, turnVariable } from './isolation.ts'
import type { ProcessTree, Isolation, View } from './isolation.ts'
import { killAll } from './kill-all.ts'
import { childrenOf, processAt, sendSignal } from './processes.ts'
import type { ProcessRow } from './processes.ts'
import { requirementsMounts } from './requirements.ts'
import { runCommand } from './run-command.ts'

/** The kernel kills a PID namespace with its init process, and that one (PR_SET_PDEATHSIG) with the gateway. */
const unshared = ['--dev-bind', '/', '/', '--unshare-pid', '--die-with-parent']
const isRoot = process.getuid?.() === 0
/** Root keeps its capabilities, so that full access stays full access. */
const capabilities = isRoot ? ['--cap-add', 'ALL'] : []
/**
 * With another's /proc a sandbox within would look up wrong pids. Root could write to /proc/sys in any sandbox that mounts
 * its own /proc: parts of this one are covered, so that the kernel allows no other, and codex (0.169) makes do with it,
 * read-only. There each sandbox sees its own processes only (Linux 5.8).
 */
const ownProc = isRoot
  ? [
      ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys'],
      ...['/bin/sh', '-c', 'mount -o remount,hidepid=ptraceable /proc 2>/dev/null; exec "$0" "$@"']
    ]
  : ['--proc', '/proc']
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
  ...(isRoot ? [] : ['--proc', '/proc']),
  '--cap-drop',
  'ALL',
  'true'
]

/** Milliseconds for a probe. */
const patience = 5_000
/** Milliseconds after which bubblewrap has usually made its namespace, and codex has not yet exited in it. */
const startupTime = 15

/**
 * PID namespaces made by bubblewrap, which codex brings along. Undefined where this machine does not allow them. `base` has
 * the folders of all turns.
 */
export async function namespaceIsolation(
  binary: string,
  searchPath: string,
  base: string
): Promise<Isolation | undefined> {
  if (!existsSync(`/proc/self/task/${process.pid}/children`)) return undefined
  const beside = join(dirname(binary), '..', 'codex-resources', 'bwrap')
  if (existsSync(beside) && (await works(beside))) return isolationBy(beside, base)
  for await (const bwrap of programsOn(searchPath, 'bwrap')) if (await works(bwrap)) return isolationBy(bwrap, base)
  return undefined
}

/** `masked`: further arguments that must work, too. */
async function works(bwrap: string, masked: string[] = []): Promise<boolean> {
  const env = { PATH: '/usr/bin:/bin' }
  return runCommand(bwrap, [...enter(masked), bwrap, ...sandboxed], { env, timeout: patience }).then(
    ({ code }) => code === 0,
    () => false
  )
}

function isolationBy(bwrap: string, base: string): Isolation {
  let requires: Promise<boolean> | undefined
  return {
    means: 'namespace',
    canRequire: () => (requires ??= works(bwrap, requirementsMounts('/dev/null'))),
    command: (path, args, view) =>
      isExecutable(path) ? [bwrap, [...enter(mounts(base, view)), pathIn(base, path, view), ...args]] : [path, args], // spawn reports better what is wrong
    processTree,
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

/** An empty file over each hidden file, an empty folder over each hidden folder, and what is shown on top: the outer ones first. */
function mounts(base: string, { hidden, shown = [], folder, program, requirements }: View): string[] {
  const masks = [...hidden, base].flatMap(mask)
  const binds = shown
    .filter((path) => masks.some((hiding) => hiding.path !== path && contains(hiding.path, path)))
    .map((path) => ({ path, args: ['--bind', path, path] }))
  const inOrder = [...masks, ...binds].toSorted((one, other) => depthOf(one.path) - depthOf(other.path))
  return [
    ...(requirements === undefined ? [] : requirementsMounts(requirements)),
    ...inOrder.flatMap(({ args }) => args),
    ...(folder === undefined ? [] : ['--bind', folder, folder]),
    ...(program === undefined ? [] : ['--ro-bind', program, programIn(base)])
  ]
}

function mask(path: string): { path: string; args: string[] }[] {
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind === undefined) return []
  const real = realpathSync(path)
  return [{ path: real, args: kind.isDirectory() ? ['--tmpfs', real] : ['--ro-bind', '/dev/null', real] }]
}

function depthOf(path: string): number {
  return path.split('/').length
}

/** Where a program is seen that commands cannot reach in its own folder. */
function programIn(base: string): string {
  return join(base, 'program')
}

function pathIn(base: string, path: string, { program }: View): string {
  if (program === undefined || !contains(program, path)) return path
  return join(programIn(base), relative(program, path))
}

/** `pid` is the outer bwrap; its child is the namespace's init, whose first child is codex and whose others are orphans. */
function processTree(pid: number, mark: string): ProcessTree {
  const inside = () => childrenOf(childrenOf(pid)[0] ?? 0)
  let init: ProcessRow | undefined
  const findInit = () => (init ??= processAt(childrenOf(pid)[0] ?? 0))
  setTimeout(findInit, startupTime).unref() // else one that exits before `snapshot` is searched for among all processes
  let orphans = 0
  return {
    signal: (name) => sendSignal(inside()[0] ?? pid, name),
    async snapshot() {
      findInit()
      orphans = Math.max(0, inside().length - 1)
    },
    /** The namespace is empty when its init is gone: a little after the outer bwrap, which need not be waited for. */
    async end() {
      await killAll(async () => (init ? alive(init) : pidsWith(codexVariable, mark)))
      return orphans
    },
    async orphans(turnId) {
      return inside()
        .slice(1)
        .filter((orphan) => (markOf(orphan, turnVariable) ?? turnId) === turnId) // one without a mark belongs to any turn
    }
  }
}

function alive(init: ProcessRow): number[] {
  return processAt(init.pid)?.started === init.started ? [init.pid] : []
}
