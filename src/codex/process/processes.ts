import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'

/** A living process. `started` makes the pid good for ever: a pid alone may soon be somebody else. */
export interface ProcessRow {
  pid: number
  parent: number
  group: number
  /** Linux: clock ticks since boot. Elsewhere: what `ps` calls lstart. */
  started: string
}

const hasProc = existsSync('/proc/self/stat')
const run = promisify(execFile)

/** Every living process of this machine that can be seen; 15 µs each on Linux. Zombies are not alive. */
export async function processTable(): Promise<ProcessRow[]> {
  if (!hasProc) return tableFromPs((await run('ps', ['-Ao', 'pid=,ppid=,pgid=,stat=,lstart='])).stdout)
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processAt(Number(name)) ?? []) : []))
}

/** A process's name for good: letters, digits, dots and dashes. */
export function nameOf({ pid, started }: ProcessRow): string {
  return `${pid}.${started.replaceAll(/\W/g, '-')}`
}

/** The pids of a process's children, or none where the system does not say. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
    )
  } catch {
    return [] // it has ended
  }
}

/** The environment a process was started with; none when it may not be read. Linux only. */
export function processEnvironment(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Whether it knows processes by the same pids: those in a container have pids of their own, though its host sees them too. Linux only. */
export function sharesPids(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid')
  } catch {
    return false // it has ended, or may not be looked into
  }
}

/** Those of `table` that descend from one of `roots`, and the roots. */
export function descendants(table: readonly ProcessRow[], roots: Iterable<number>): ProcessRow[] {
  const pids = new Set(roots)
  for (let size = -1; size !== pids.size;) {
    size = pids.size
    for (const row of table) if (pids.has(row.parent)) pids.add(row.pid)
  }
  return table.filter((row) => pids.has(row.pid))
}

/** Sends a signal to a process, or to a group when negative. One that has ended is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended, or is not ours to end
  }
}

/** A living process by its pid. Linux only. */
export function processAt(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // a name may hold anything
    return state === 'Z' || state === 'X'
      ? undefined
      : { pid, parent: Number(parent), group: Number(group), started: rest[16]! }
  } catch {
    return undefined
  }
}

function tableFromPs(text: string): ProcessRow[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, started] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)\s*$/.exec(line) ?? []
    return pid === undefined || state!.startsWith('Z')
      ? []
      : [{ pid: Number(pid), parent: Number(parent), group: Number(group), started: started! }]
  })
}
