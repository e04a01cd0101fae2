import { processEnvironment, processTable } from './processes.ts'

/** How the processes of a turn are ended with it, and with a gateway that is killed. */
export type Means = 'namespace' | 'watchdog'

/** How the file system of one codex differs from the gateway's, where it has a mount namespace of its own. */
export interface View {
  /** Files and folders that it does not see. */
  hidden: readonly string[]
  /** What it sees all the same of what lies in hidden folders. Canonical paths that exist. */
  shown?: readonly string[]
  /** The folder with the program, where commands cannot reach it: it is run at another path. */
  program?: string | undefined
  /** Of the folders of all turns, the only one that it sees. */
  folder?: string | undefined
  /** A file that it sees as `/etc/codex/requirements.toml`: bounds that codex holds whatever its clients ask for. */
  requirements?: string | undefined
}

/** Isolates the processes that codex starts, also those that leave its session or process group. */
export interface Isolation extends AsyncDisposable {
  readonly means: Means
  /** Whether a codex can be shown requirements of its own: see `View`. */
  canRequire(): Promise<boolean>
  /** The command that runs `path` isolated. */
  command(path: string, args: readonly string[], view: View): [path: string, args: readonly string[]]
  /** The process tree below `pid`, which has just been started by that command with `mark` in its environment. */
  processTree(pid: number, mark: string): ProcessTree
}

/** One codex and its descendants. */
export interface ProcessTree {
  /** Asks codex itself to exit. SIGTERM also goes to its process group, where it leads one. */
  signal(name: 'SIGINT' | 'SIGTERM'): void
  /** Records the descendants while codex runs: after its exit they are no longer found by parent. */
  snapshot(): Promise<void>
  /** Kills all processes. Resolves to their number without codex, as far as it is known. */
  end(): Promise<number>
  /** The pids that one turn left running, of the many turns of this codex; each has a mark of its own. */
  orphans(turnId: string): Promise<number[]>
}

/** The gateway, as `pid.started`, in the environment of all its descendants. */
export const ownerVariable = 'CODEX_GATEWAY_OWNER'
/** One codex and its descendants. */
export const codexVariable = 'CODEX_GATEWAY_CODEX'
/** One turn of an app-server: the engine sets it for the turn's commands. */
export const turnVariable = 'CODEX_GATEWAY_TURN'

/** The value of one of these variables when the process was started. */
export function markOf(pid: number, variable: string): string | undefined {
  return processEnvironment(pid)
    .find((entry) => entry.startsWith(`${variable}=`))
    ?.slice(variable.length + 1)
}

/** The pids of the processes with a mark. */
export async function pidsWith(variable: string, mark: string): Promise<number[]> {
  return (await processTable()).filter(({ pid }) => markOf(pid, variable) === mark).map(({ pid }) => pid)
}
