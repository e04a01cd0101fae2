import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { codexVariable, ownerVariable } from './isolation.ts'
import type { ProcessTree, Isolation, Means, View } from './isolation.ts'
import { watchdogIsolation } from './watchdog-isolation.ts'
import { killAll } from './kill-all.ts'
import { reapOrphans } from './orphans.ts'
import { namespaceIsolation } from './namespace.ts'
import { nameOf, processTable } from './processes.ts'
import { clearScratch, scratchBase, scratchIn } from './scratch.ts'
import type { Scratch } from './scratch.ts'
import { spawnCodex } from './spawn.ts'
import type { CodexProcess, SpawnOptions } from './spawn.ts'
import { within } from '../../turn/deadline.ts'

/** One step of stopping: what is sent, and the milliseconds it gets. Exec ends in order at SIGINT, app-server at the end of its stdin and at SIGTERM. */
export interface Rung {
  send: 'end of stdin' | 'SIGINT' | 'SIGTERM'
  patience: number
}

export const execLadder: readonly Rung[] = [
  { send: 'SIGINT', patience: 3_000 },
  { send: 'SIGTERM', patience: 1_000 }
]
/** One that listens does not look at its stdin. The first SIGTERM waits for running turns, the second does not (codex-cli 0.169). */
export const listenerLadder: readonly Rung[] = [
  { send: 'SIGTERM', patience: 2_000 },
  { send: 'SIGTERM', patience: 1_000 }
]
export const appServerLadder: readonly Rung[] = [
  { send: 'end of stdin', patience: 3_000 },
  { send: 'SIGTERM', patience: 2_000 }
]

/** A codex whose descendants end with it. */
export interface GuardedProcess extends CodexProcess {
  /** After its last output: waits for its exit, and kills the descendants that still run. Resolves to their number. */
  finish(patience?: number): Promise<number>
  /** Ends it and its descendants, by the steps of the ladder and then by SIGKILL. Resolves when none runs. */
  stop(ladder?: readonly Rung[]): Promise<void>
  /** Kills what one of its turns left running, found by `CODEX_GATEWAY_TURN` in the environment. Resolves to the number. */
  clear(turnId: string): Promise<number>
}

/** `hidden`: files and folders with secrets that this codex has no use for; `folder`: one that the guard made, for this turn. */
export type GuardedOptions = SpawnOptions & Partial<View>

/** Starts codex so that no process or file of a turn outlives it, or the gateway. */
export interface Guard extends AsyncDisposable {
  readonly means: Means
  /** Whether a codex can be shown requirements of its own: see `View`. It is tried once, when it is first asked. */
  canRequire(): Promise<boolean>
  /** The folder with the folders of all turns. Without namespaces every command can find it. */
  readonly base: string
  /** Processes that turns left running and that were killed, so far. */
  readonly reaped: number
  /** Starts codex. It sees no other turn's folder. Throws like `spawnCodex`. */
  start(path: string, args: readonly string[], options: GuardedOptions): GuardedProcess
  /** A folder for one turn's files, 0700. */
  folder(): Promise<Scratch>
}

export interface WatchOptions {
  /** The native binary; bubblewrap lies beside it. */
  binary: string
  searchPath?: string | undefined
  /** The folder for temporary files. */
  temp?: string
  /** Use this means, though there may be a better one. */
  means?: Means | undefined
}

/** Milliseconds that codex has to exit after its last output. */
const exitPatience = 2_000

/** Removes what gateways that have crashed left, and guards from now on by the best means of this machine. */
export async function watch({ binary, searchPath = '', temp = tmpdir(), means }: WatchOptions): Promise<Guard> {
  const table = await processTable()
  const owner = nameOf(table.find(({ pid }) => pid === process.pid)!)
  let reaped = await reapOrphans()
  await clearScratch(temp, new Set(table.map(nameOf)))
  const base = await scratchBase(temp, owner)
  const isolation =
    (means !== 'watchdog' ? await namespaceIsolation(binary, searchPath, base.path) : undefined) ??
    watchdogIsolation(owner)
  const count = (ended: number) => ((reaped += ended), ended)
  return {
    means: isolation.means,
    canRequire: () => isolation.canRequire(),
    base: base.path,
    get reaped() {
      return reaped
    },
    start: (path, args, options) => start(isolation, owner, [path, args, options], count),
    folder: () => scratchIn(base.path),
    async [Symbol.asyncDispose]() {
      await isolation[Symbol.asyncDispose]()
      await base[Symbol.asyncDispose]()
    }
  }
}

function start(
  isolation: Isolation,
  owner: string,
  [path, args, { env, cwd, onStderr, hidden = [], ...view }]: Parameters<Guard['start']>,
  count: (ended: number) => number
): GuardedProcess {
  const mark = randomUUID()
  const child = spawnCodex(...isolation.command(path, args, { hidden, ...view }), {
    cwd,
    onStderr,
    env: { ...env, [codexVariable]: mark, [ownerVariable]: owner }
  })
  const tree = isolation.processTree(child.pid, mark)
  let ending: Promise<number> | undefined
  const end = () => (ending ??= tree.end())
  void child.exited.then(end) // a descendant that has its pipes would leave them open
  const close = async () => {
    const left = await end()
    await child.exited
    child.stdout.destroy()
    return left
  }
  return {
    ...child,
    async finish(patience = exitPatience) {
      await tree.snapshot()
      await within(patience, child.exited)
      return count(await close())
    },
    async stop(ladder = execLadder) {
      await tree.snapshot()
      await climb(ladder, child, tree)
      await close()
    },
    clear: async (turnId) => count((await killAll(() => tree.orphans(turnId))).size)
  }
}

async function climb(ladder: readonly Rung[], child: CodexProcess, tree: ProcessTree): Promise<void> {
  for (const { send, patience } of ladder) {
    if (send === 'end of stdin') child.stdin.end()
    else tree.signal(send)
    if (await within(patience, child.exited)) return
  }
}
