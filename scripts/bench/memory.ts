import { readFileSync } from 'node:fs'
import { descendants, processTable } from '../../src/codex/process/processes.ts'

/** Memory of one process that is in use now, in MB; NaN where the system does not report it. */
export const residentMb = (pid: number): number => field(`/proc/${pid}/status`, 'VmRSS')

/** Memory of a process and all that it started, what they share counted once. */
export async function familyMb(pid: number): Promise<number> {
  const family = descendants(await processTable(), [pid])
  const each = family.map((row) => field(`/proc/${row.pid}/smaps_rollup`, 'Pss')).filter((mb) => !Number.isNaN(mb))
  return each.length > 0 ? each.reduce((sum, mb) => sum + mb, 0) : NaN
}

function field(path: string, name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'latin1'))?.[1] ?? NaN) / 1024
  } catch {
    return NaN
  }
}
