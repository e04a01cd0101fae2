import { markOf, ownerVariable } from './enclosure.ts'
import { killAll } from './kill-all.ts'
import { descendants, nameOf, processTable, sharesPids } from './processes.ts'

/** Ends the processes that a gateway which lives no longer has left. Those of a living one are not touched. Returns how many. */
export async function endLeftovers(): Promise<number> {
  const ended = await killAll(async () => {
    const table = await processTable()
    const living = new Set(table.map(nameOf))
    const left = table.filter(({ pid }) => isLeft(pid, living)).map(({ pid }) => pid)
    return descendants(table, left).map(({ pid }) => pid)
  })
  return ended.size
}

function isLeft(pid: number, living: ReadonlySet<string>): boolean {
  const owner = markOf(pid, ownerVariable)
  return owner !== undefined && !living.has(owner) && sharesPids(pid)
}
