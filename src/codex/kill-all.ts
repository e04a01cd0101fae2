import { setTimeout as sleep } from 'node:timers/promises'
import { sendSignal } from './processes.ts'

/** Milliseconds between two looks, and how many looks: whoever forks faster than this is ended by his own machine. */
const pace = { wait: 5, looks: 200 }

/** SIGKILLs whatever `find` finds, again and again until it finds nothing. Returns whom. */
export async function killAll(find: () => Promise<number[]>): Promise<Set<number>> {
  const killed = new Set<number>()
  for (let look = 0; look < pace.looks; look++) {
    const pids = await find()
    if (pids.length === 0) break
    for (const pid of pids) {
      sendSignal(pid, 'SIGKILL')
      killed.add(pid)
    }
    await sleep(pace.wait)
  }
  return killed
}
