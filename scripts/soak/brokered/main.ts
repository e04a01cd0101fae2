// ./scripts/soak.sh --brokered runs this: several front ends and workers, while they and their broker are killed, frozen and cut off.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '../../../test/support/lossy.ts'
import { natsServer, startNats } from '../../../test/support/nats.ts'
import { startUpstream } from '../../../test/support/upstream/upstream.ts'
import type { Upstream } from '../../../test/support/upstream/upstream.ts'
import { breakThings } from './faults.ts'
import type { Machines } from './faults.ts'
import { Machine, token } from '../../../test/support/machine-process.ts'
import { isClean, reportText } from './report.ts'
import type { Report } from './report.ts'
import { ask, CountingModel } from './turns.ts'
import type { EndedTurn } from './turns.ts'

const [seconds = 70, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
const count = seconds < 30 ? { fronts: 2, workers: 2, clients: 12 } : { fronts: 3, workers: 3, clients: 24 }
if (!(seconds > 0) || !natsServer) {
  console.error(
    natsServer ? 'How many seconds? ./scripts/soak.sh --brokered [SECONDS] [SEED]' : 'nats-server is missing'
  )
  process.exit(2)
}

const model = new CountingModel()
let asked = 0

/** A client: one turn after the other, each at a front end of its choice; some leave early. */
async function client({ fronts, random }: Machines, isOver: () => boolean, turns: EndedTurn[]): Promise<void> {
  while (!isOver()) {
    const front = fronts[Math.floor(random() * fronts.length)]!
    const { url, ends } = front
    if (url === undefined) {
      await sleep(50)
      continue
    }
    const leavesAfter = random() < 0.1 ? Math.ceil(random() * 1_000) : undefined
    const isCut = () => front.ends !== ends
    const turn = await ask({
      url,
      front: front.name,
      token,
      turn: (asked += 1),
      stream: random() < 0.5,
      leavesAfter,
      isCut
    })
    turns.push(turn)
    if (turn.outcome === 'refused' || turn.outcome === 'cut') await sleep(100)
  }
}

/** What is still there some seconds after the last turn: no turn may run on, and no ticket be left. */
async function leftOver({ fronts }: Machines, upstream: Upstream): Promise<string[]> {
  const busy = async () => {
    const each = await Promise.all(fronts.map(busyAt))
    return each.reduce((sum, one) => sum + one, upstream.open.exchanges)
  }
  const until = performance.now() + 20_000
  while ((await busy()) > 0 && performance.now() < until) await sleep(100)
  const left = await busy()
  return left > 0 ? [`${left} turns still run or wait`] : []
}

/** Turns at a front end, and slots that workers say are taken. */
async function busyAt({ url }: Machine): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  const found = text.matchAll(/^codex_gateway_(?:turns_active|turns_waiting|worker_slots_active) (\d+)$/gm)
  return [...found].reduce((sum, [, value]) => sum + Number(value), 0)
}

async function soak(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-brokered-'))
  await using upstream = await startUpstream(model.answer, { kept: 10 })
  await using nats = await startNats()
  const random = seeded(seed)
  const about = { folder, natsPort: nats.port, modelUrl: upstream.url, oneIn: 50, random }
  const start = (role: 'serve' | 'worker', number: number) =>
    Promise.all(Array.from({ length: number }, (_, at) => Machine.start({ ...about, role, name: `${role}-${at + 1}` })))
  const [fronts, workers] = await Promise.all([start('serve', count.fronts), start('worker', count.workers)])
  const machines: Machines = { nats, fronts, workers, random }
  try {
    const turns: EndedTurn[] = []
    let isOver = false
    const clients = Array.from({ length: count.clients }, () => client(machines, () => isOver, turns))
    const faults = await breakThings(machines, seconds).finally(() => (isOver = true))
    await Promise.all(clients)
    const all = [...fronts, ...workers]
    const bugs = [...(await leftOver(machines, upstream)), ...all.flatMap((machine) => machine.bugs)]
    const spoiled = all.reduce((sum, machine) => sum + machine.spoiled, 0)
    return { seconds, turns, starts: model.starts, faults, spoiled, bugs }
  } finally {
    await Promise.all([...fronts, ...workers].map((machine) => machine[Symbol.asyncDispose]()))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

const report = await soak()
console.log(`${reportText(report)}\n(seed ${seed})`)
process.exitCode = isClean(report) ? 0 : 1
