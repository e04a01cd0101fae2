import { setTimeout as sleep } from 'node:timers/promises'
import { startBrokeredWorld } from '../brokered/world.ts'
import type { BrokeredWorld } from '../brokered/world.ts'
import { figuresFrom } from '../figures.ts'
import { residentMb } from '../memory.ts'
import type { Row, Unit } from '../row.ts'
import { interleaved } from '../sampling.ts'

const local = 'the same engine within the front end'

/** What the broker adds to turns that cost nothing, beside the same turns in one process. */
export async function brokeredRows(_: unknown, quick: boolean): Promise<Row[]> {
  await using world = await startBrokeredWorld(2, 64)
  await world.measure('rate', 'brokered', 64, 2_000, 0) // until its code is compiled
  return [
    ...(await pairedRows(world, quick)),
    ...(await costRows(world, quick ? 2_000 : 10_000)),
    await leaveRow(world, quick ? 10 : 30),
    ...(await faultRows(world)),
    ...(await scaleRows(quick))
  ]
}

type Side = 'brokered' | 'local'

async function pairs(world: BrokeredWorld, rounds: number, measure: string, ...args: number[]) {
  const take = (on: Side) => async () => [await world.measure<number>(measure, on, ...args)]
  const samples = await interleaved(rounds, { brokered: take('brokered'), local: take('local') })
  return { ours: figuresFrom(samples.brokered), other: { what: local, figures: figuresFrom(samples.local) } }
}

async function pairedRows(world: BrokeredWorld, quick: boolean): Promise<Row[]> {
  const first = await pairs(world, quick ? 30 : 200, 'first')
  const added = first.ours.median - first.other.figures.median
  const rate = await pairs(world, quick ? 2 : 5, 'rate', 64, 4_000, 0)
  const deltas = await pairs(world, quick ? 2 : 6, 'deltas', 100_000)
  return [
    { what: 'brokered: first delta', unit: 'ms', ...first, target: { text: '≤ +2 ms', met: added <= 2 } },
    {
      what: 'brokered: turns, 64 at once',
      unit: 'a second',
      ...rate,
      target: { text: '≥ 2,000', met: rate.ours.median >= 2_000 }
    },
    {
      what: 'brokered: deltas of one stream of 100,000',
      unit: 'a second',
      ...deltas,
      target: { text: '≥ 200,000', met: deltas.ours.median >= 200_000 }
    },
    await streamsRow(world, quick)
  ]
}

async function streamsRow(world: BrokeredWorld, quick: boolean): Promise<Row> {
  let lost = 0
  const take = (on: Side) => async () => {
    const [seconds, missing] = await world.measure<[number, number]>('streams', on, 64, 300, 10)
    lost += missing
    return [seconds]
  }
  const samples = await interleaved(quick ? 1 : 3, { brokered: take('brokered'), local: take('local') })
  const [ours, figures] = [figuresFrom(samples.brokered), figuresFrom(samples.local)]
  return {
    what: `brokered: 64 streams of 300 tokens, 100 a second: ${lost === 0 ? 'every delta came' : `${lost} did not come`}`,
    unit: 's',
    ours,
    other: { what: local, figures },
    target: { text: 'all, ≤ 1.1 ×', met: lost === 0 && ours.median <= 1.1 * figures.median }
  }
}

/** Processor time a turn, of each part, with 64 at once; and the broker's memory after that. */
async function costRows(world: BrokeredWorld, count: number): Promise<Row[]> {
  const samples = { front: [] as number[], broker: [] as number[], workers: [] as number[] }
  for (let round = 0; round < 3; round += 1) {
    const before = await world.cpu()
    await world.measure('rate', 'brokered', 64, count, 0)
    const after = await world.cpu()
    for (const part of ['front', 'broker', 'workers'] as const) samples[part].push((after[part] - before[part]) / count)
  }
  const deltas = await deltaCosts(world)
  const row = (what: string, unit: Unit, values: number[]): Row => ({ what, unit, ours: figuresFrom(values) })
  const broker = row('brokered: processor a turn, broker', 'ms', samples.broker)
  const memory = row('brokered: memory of the broker', 'MB', [residentMb(world.nats.pid)])
  return [
    row('brokered: processor a turn, front end', 'ms', samples.front),
    { ...broker, target: { text: '≤ 0.3', met: broker.ours.median <= 0.3 } },
    row('brokered: processor a turn, workers', 'ms', samples.workers),
    row('brokered: processor 1,000 slow deltas, front end', 'ms', [deltas.front]),
    row('brokered: processor 1,000 slow deltas, broker', 'ms', [deltas.broker]),
    row('brokered: processor 1,000 slow deltas, workers', 'ms', [deltas.workers]),
    { ...memory, target: { text: '≤ 64', met: memory.ours.median <= 64 } }
  ]
}

/** Processor time of a thousand deltas that come one by one, of each part. */
async function deltaCosts(world: BrokeredWorld): Promise<{ front: number; broker: number; workers: number }> {
  const before = await world.cpu()
  await world.measure('streams', 'brokered', 64, 300, 10)
  const after = await world.cpu()
  const each = (part: 'front' | 'broker' | 'workers') => (after[part] - before[part]) / ((64 * 300) / 1_000)
  return { front: each('front'), broker: each('broker'), workers: each('workers') }
}

async function leaveRow(world: BrokeredWorld, rounds: number): Promise<Row> {
  const { ours, other } = await pairs(world, rounds, 'leave')
  const what = 'brokered: client leaves → its turn has ended'
  return { what, unit: 'ms', ours, other, target: { text: '≤ 10', met: ours.median <= 10 } }
}

/** The broker away for a second in the middle of a stream; and a worker killed, which is the last that this world can do. */
async function faultRows(world: BrokeredWorld): Promise<Row[]> {
  const stream = world.measure<[string, number, number]>('long', 'brokered', 300, 10)
  await sleep(1_000)
  await world.nats.kill()
  await sleep(1_000)
  await world.nats.start()
  const [end, silence, lost] = await stream
  await sleep(4_000) // a reconnection that is young is no proof that nobody is there
  const endless = world.measure<[string]>('long', 'brokered', 1_000_000, 10)
  await sleep(300)
  const killedAt = performance.now()
  for (const { pid } of world.workers) process.kill(pid, 'SIGKILL')
  const [failure] = await endless
  const failedAfter = (performance.now() - killedAt) / 1000
  return [
    {
      what: `brokered: broker killed for 1 s → longest silence${lost === 0 ? ', every delta came' : `, ${lost} deltas lost`}`,
      unit: 's',
      ours: figuresFrom([silence / 1000]),
      target: { text: '≤ 2, all', met: end === 'turn.completed' && lost === 0 && silence <= 2_000 }
    },
    {
      what: 'brokered: worker killed → its turn fails',
      unit: 's',
      ours: figuresFrom([failedAfter]),
      target: { text: '≤ 2', met: failure === 'engine_stopped' && failedAfter <= 2 }
    }
  ]
}

/** Turns of 100 ms on workers with eight slots each: what is possible is 80 a second and worker. */
async function scaleRows(quick: boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const count of [1, 2, 4]) {
    await using world = await startBrokeredWorld(count, 8)
    const turns = count * 160 // fewer end with a wave that is half empty
    const samples: number[] = []
    for (let round = 0; round < (quick ? 1 : 3); round += 1)
      samples.push(await world.measure<number>('rate', 'brokered', count * 12, turns, 100))
    const ours = figuresFrom(samples)
    rows.push({
      what: `brokered: turns of 100 ms on ${count} × 8 slots`,
      unit: 'a second',
      ours,
      other: { what: 'what so many slots can do', figures: figuresFrom([count * 80]) },
      target: { text: '≥ 0.85 ×', met: ours.median >= 0.85 * count * 80 }
    })
  }
  return rows
}
