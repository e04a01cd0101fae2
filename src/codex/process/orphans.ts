import { markOf, ownerVariable } from './isolation.ts'
import { killAll } from './kill-all.ts'
import { descendants, nameOf, processTable, sharesPids } from './processes.ts'

/** Kills the processes of gateways that no longer run, and none of a running one. Resolves to their number. */
export async function reapOrphans(): Promise<number> {
  const killed = await killAll(async () => {
    const table = await processTable()
    const running = new Set(table.map(nameOf))
    const orphans = table.filter(({ pid }) => isOrphan(pid, running)).map(({ pid }) => pid)
    return descendants(table, orphans).map(({ pid }) => pid)
  })
  return killed.size
}

function isOrphan(pid: number, running: ReadonlySet<string>): boolean {
  const owner = markOf(pid, ownerVariable)
  return owner !== undefined && !running.has(owner) && sharesPids(pid)
}
