import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { codexVariable, ownerVariable } from './enclosure.ts'
import type { Enclosed, Enclosure, Means, View } from './enclosure.ts'
import { families } from './families.ts'
import { killAll } from './kill-all.ts'
import { endLeftovers } from './leftovers.ts'
import { namespaces } from './namespace.ts'
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
export const appServerLadder: readonly Rung[] = [
  { send: 'end of stdin', patience: 3_000 },
  { send: 'SIGTERM', patience: 2_000 }
]

/** A codex that leaves nothing behind. */
export interface GuardedProcess extends CodexProcess {
  /** Once it has said its last word: lets it exit, and ends what it leaves. How many processes that were. */
  finish(patience?: number): Promise<number>
  /** Ends it and all it started, harder each time. Resolves when nothing is left. */
  stop(ladder?: readonly Rung[]): Promise<void>
  /** Ends what one of its many turns left behind, known by `CODEX_GATEWAY_TURN` in its commands' environment. How many processes that were. */
  clear(turnId: string): Promise<number>
}

/** `hidden`: files and folders with secrets that this codex has no use for; `folder`: one that the guard made, for this turn. */
export type GuardedOptions = SpawnOptions & Partial<View>

/** Keeps this gateway's turns together: nothing of one outlives it, or the gateway. */
export interface Guard extends AsyncDisposable {
  readonly means: Means
  /** The folder with the folders of all turns. Where there are no namespaces, every command can find it. */
  readonly base: string
  /** Processes that turns left behind and that had to be ended, so far. */
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
  /** Where temporary files are kept. */
  temp?: string
  /** Take this means and no better one. */
  means?: Means | undefined
}

/** Milliseconds a codex that has said its last word gets to exit. */
const exitPatience = 2_000

/** Clears up after gateways that died, and keeps watch from now on by the best means this machine offers. */
export async function watch({ binary, searchPath = '', temp = tmpdir(), means }: WatchOptions): Promise<Guard> {
  const table = await processTable()
  const owner = nameOf(table.find(({ pid }) => pid === process.pid)!)
  let reaped = await endLeftovers()
  await clearScratch(temp, new Set(table.map(nameOf)))
  const base = await scratchBase(temp, owner)
  const enclosure =
    (means !== 'watchdog' ? await namespaces(binary, searchPath, base.path) : undefined) ?? families(owner)
  const count = (ended: number) => ((reaped += ended), ended)
  return {
    means: enclosure.means,
    base: base.path,
    get reaped() {
      return reaped
    },
    start: (path, args, options) => start(enclosure, owner, [path, args, options], count),
    folder: () => scratchIn(base.path),
    async [Symbol.asyncDispose]() {
      await enclosure[Symbol.asyncDispose]()
      await base[Symbol.asyncDispose]()
    }
  }
}

function start(
  enclosure: Enclosure,
  owner: string,
  [path, args, { env, cwd, hidden = [], ...view }]: Parameters<Guard['start']>,
  count: (ended: number) => number
): GuardedProcess {
  const mark = randomUUID()
  const child = spawnCodex(...enclosure.command(path, args, { hidden, ...view }), {
    cwd,
    env: { ...env, [codexVariable]: mark, [ownerVariable]: owner }
  })
  const around = enclosure.around(child.pid, mark)
  let ending: Promise<number> | undefined
  const end = () => (ending ??= around.end())
  void child.exited.then(end) // whoever else holds its pipes would keep them open
  const close = async () => {
    const left = await end()
    await child.exited
    child.stdout.destroy()
    return left
  }
  return {
    ...child,
    async finish(patience = exitPatience) {
      await around.note()
      await within(patience, child.exited)
      return count(await close())
    },
    async stop(ladder = execLadder) {
      await around.note()
      await climb(ladder, child, around)
      await close()
    },
    clear: async (turnId) => count((await killAll(() => around.strays(turnId))).size)
  }
}

async function climb(ladder: readonly Rung[], child: CodexProcess, around: Enclosed): Promise<void> {
  for (const { send, patience } of ladder) {
    if (send === 'end of stdin') child.stdin.end()
    else around.signal(send)
    if (await within(patience, child.exited)) return
  }
}
