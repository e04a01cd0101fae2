import { setTimeout as sleep } from 'node:timers/promises'
import { sendSignal } from './processes.ts'

/** Milliseconds between two attempts, and how many: against processes that fork while they are killed. */
const attempts = { wait: 5, count: 200 }
/** The same for listing processes while no descriptor is free. */
const listing = { wait: 50, count: 1_200 }

/** Sends SIGKILL to all pids that `find` returns, repeatedly until it returns none. Resolves to the pids. */
export async function killAll(find: () => Promise<number[]>): Promise<Set<number>> {
  const killed = new Set<number>()
  for (let attempt = 0; attempt < attempts.count; attempt++) {
    const pids = await listed(find)
    if (pids.length === 0) break
    for (const pid of pids) {
      sendSignal(pid, 'SIGKILL')
      killed.add(pid)
    }
    await sleep(attempts.wait)
  }
  return killed
}

async function listed(find: () => Promise<number[]>): Promise<number[]> {
  for (let attempt = 0; attempt < listing.count; attempt++) {
    const pids = await find().catch(() => undefined)
    if (pids) return pids
    await sleep(listing.wait)
  }
  return []
}
