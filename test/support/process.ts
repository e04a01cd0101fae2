import { readFileSync } from 'node:fs'

/** Whether the process that began at `began` (clock ticks since boot, /proc's field 22) still runs; a zombie does not. */
export function isAlive(pid: number, began: number): boolean {
  const fields = statOf(pid)
  return fields !== undefined && fields[0] !== 'Z' && Number(fields[19]) === began
}

/** The fields of /proc/PID/stat from the state on; undefined when there is no such process. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
