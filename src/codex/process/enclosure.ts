import { environmentOf, processTable } from './processes.ts'

/** What keeps a turn's processes from outliving it, and from outliving a gateway that was killed. */
export type Means = 'namespace' | 'watchdog'

/** What of the file system a codex sees otherwise than others, where an enclosure can do that. */
export interface View {
  /** Files and folders that it does not see. */
  hidden: readonly string[]
  /** What it sees all the same of what lies in hidden folders. Canonical paths that exist. */
  shown?: readonly string[]
  /** The folder with the program, where commands cannot reach it: it is run at another path. */
  program?: string | undefined
  /** Of the folders of all turns, the only one that it sees. */
  folder?: string | undefined
}

/** Around the processes that codex starts, whatever they do to get away. */
export interface Enclosure extends AsyncDisposable {
  readonly means: Means
  /** The command that runs `path` in it. */
  command(path: string, args: readonly string[], view: View): [path: string, args: readonly string[]]
  /** All that runs in it from its outermost process on, which has just been started with `mark` in its environment. */
  around(pid: number, mark: string): Enclosed
}

/** One codex and all it started. */
export interface Enclosed {
  /** To codex itself: the signal by which it may end in order. SIGTERM also goes to its group where that is its own. */
  signal(name: 'SIGINT' | 'SIGTERM'): void
  /** Takes down who is there while codex lives: once it has ended, its children cannot be told from strangers. */
  note(): Promise<void>
  /** Kills everything. How many there were beside codex, as far as can be told. */
  end(): Promise<number>
  /** Who was left behind by one turn of many that this codex runs, each with a mark of its own. */
  strays(turnId: string): Promise<number[]>
}

/** Names the gateway, as `pid.started`, in the environment of everything it starts. */
export const ownerVariable = 'CODEX_GATEWAY_OWNER'
/** Names one codex that it started. */
export const codexVariable = 'CODEX_GATEWAY_CODEX'
/** Names one turn of many that a codex runs; whoever runs them gives it to each turn's commands. */
export const turnVariable = 'CODEX_GATEWAY_TURN'

/** What one of these variables said when a process was started. */
export function markOf(pid: number, variable: string): string | undefined {
  return environmentOf(pid)
    .find((entry) => entry.startsWith(`${variable}=`))
    ?.slice(variable.length + 1)
}

/** The pids of those that carry a mark. */
export async function carriers(variable: string, mark: string): Promise<number[]> {
  return (await processTable()).filter(({ pid }) => markOf(pid, variable) === mark).map(({ pid }) => pid)
}
