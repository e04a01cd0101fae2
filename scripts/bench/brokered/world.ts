import { readFileSync } from 'node:fs'
import { startNats, natsServer } from '../../../test/support/nats.ts'
import type { Nats } from '../../../test/support/nats.ts'
import { startChild } from '../child.ts'
import type { BenchChild } from '../child.ts'

/** A front end and workers whose engine answers at once, in processes of their own, and a nats-server. */
export interface BrokeredWorld extends AsyncDisposable {
  nats: Nats
  workers: readonly BenchChild[]
  /** Measures on the brokered engine, or on the same engine within the front end. */
  measure: <T>(measure: string, on: 'brokered' | 'local', ...args: number[]) => Promise<T>
  /** Milliseconds of processor that each part has used so far. */
  cpu: () => Promise<{ front: number; broker: number; workers: number }>
}

export async function startBrokeredWorld(workerCount: number, slots: number): Promise<BrokeredWorld> {
  if (!natsServer) throw new Error('nats-server is missing')
  const nats = await startNats()
  const start = (...args: (string | number)[]) => startChild('brokered/machine.ts', args.map(String))
  const workers = await Promise.all(Array.from({ length: workerCount }, () => start('worker', nats.port, slots)))
  const front = await start('front', nats.port)
  const measure = async <T>(measure: string, on: string, ...args: number[]) =>
    (await front.ask(JSON.stringify({ measure, on, args }))) as T
  await measure('workers', 'brokered', workerCount)
  return {
    nats,
    workers,
    measure,
    async cpu() {
      const each = (await Promise.all(workers.map((worker) => worker.ask('cpu')))) as number[]
      return {
        front: (await front.ask('cpu')) as number,
        broker: cpuMsOf(nats.pid),
        workers: each.reduce((sum, ms) => sum + ms, 0)
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([front, ...workers].map((child) => child[Symbol.asyncDispose]()))
      await nats[Symbol.asyncDispose]()
    }
  }
}

/** From /proc: user and system time are in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
