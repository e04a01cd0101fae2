// A process: a front end, with an engine of its own beside the brokered one, or a worker. Arguments: `front` or `worker`, the port of NATS, slots.
import { knowsWorkers, startFrontEnd, startWorker } from '../../../test/support/machines.ts'
import { scriptedEngine } from './engine.ts'
import { measures } from './measures.ts'

const [role, port, count] = process.argv.slice(2)
const nats = { url: `nats://127.0.0.1:${port}` }
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Answers each message with what `answer` resolves to. */
function serve(answer: (word: string) => unknown): void {
  process.on('message', (word: string) => {
    void Promise.resolve(word === 'cpu' ? cpuMs() : answer(word)).then((value) => process.send?.(value ?? null))
  })
  process.once('disconnect', () => process.exit())
  process.send?.({})
}

if (role === 'worker') {
  await startWorker(nats, 'bench', scriptedEngine(), { slots: Number(count) })
  serve(() => undefined)
} else {
  const front = await startFrontEnd(nats, 'bench')
  const { brokered, local } = { brokered: front.engine, local: scriptedEngine() }
  serve(async (word) => {
    const { measure, on, args } = JSON.parse(word) as { measure: string; on: string; args: number[] }
    if (measure === 'workers') return knowsWorkers(front, args[0] ?? 0)
    return measures[measure]?.(on === 'local' ? local : brokered, ...args)
  })
}
