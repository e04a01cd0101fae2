import { setTimeout as sleep } from 'node:timers/promises'
import { sendSignal } from './processes.ts'

/** Milliseconds between two looks, and how many looks: whoever forks faster than this is ended by his own machine. */
const pace = { wait: 5, looks: 200 }
/** The same while nobody can look, because no descriptor is free. */
const blind = { wait: 50, looks: 1_200 }

/** SIGKILLs whatever `find` finds, again and again until it finds nothing. Returns whom. */
export async function killAll(find: () => Promise<number[]>): Promise<Set<number>> {
  const killed = new Set<number>()
  for (let look = 0; look < pace.looks; look++) {
    const pids = await seen(find)
    if (pids.length === 0) break
    for (const pid of pids) {
      sendSignal(pid, 'SIGKILL')
      killed.add(pid)
    }
    await sleep(pace.wait)
  }
  return killed
}

async function seen(find: () => Promise<number[]>): Promise<number[]> {
  for (let look = 0; look < blind.looks; look++) {
    const pids = await find().catch(() => undefined)
    if (pids) return pids
    await sleep(blind.wait)
  }
  return []
}
