import { ask } from '../client.ts'
import type { Target } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import { familyMb, residentMb } from '../memory.ts'
import type { Growth, GrowthPoint } from '../row.ts'
import { atOnce } from '../sampling.ts'
import type { World } from '../world.ts'

const clients = [1, 4, 16, 64, 256]
const historyKb = [1, 100, 900]

interface Measured {
  what: string
  one: (messages?: Question) => Promise<{ ms: number }>
  pid?: number
  /** Requests for a load. */
  count: (load: number) => number
  /** The greatest load it is put under. */
  most?: number
}

/** App-server refuses some calls of a client with more turns at once, and then need not answer all others. */
const mostByHand = 64

type Question = { role: string; content: string }[]

/** Time and memory with more and more clients at once. */
export async function clientGrowth(world: World, quick: boolean): Promise<Growth[]> {
  const growth: Growth[] = []
  const subjects: Measured[] = [
    ...gateways(world, (load) => Math.max(quick ? 8 : 40, load)),
    {
      what: 'raw JSON-RPC client',
      one: () => world.raw.turn(),
      pid: world.raw.pid,
      count: (load) => Math.max(quick ? 16 : 60, load),
      most: mostByHand
    }
  ]
  for (const subject of subjects) growth.push({ what: subject.what, points: [] })
  for (const load of quick ? clients.slice(0, 4) : clients) {
    for (const [index, subject] of subjects.entries()) {
      if (load <= (subject.most ?? Infinity))
        growth[index]!.points.push(await point(subject, load, load, () => subject.one()))
    }
  }
  return growth
}

/** Time and memory with a longer and longer history, one at a time. */
export async function historyGrowth(world: World, quick: boolean): Promise<Growth[]> {
  const subjects = gateways(world, () => (quick ? 3 : 10))
  const growth = subjects.map(({ what }): Growth => ({ what, points: [] }))
  for (const load of historyKb) {
    for (const [index, subject] of subjects.entries())
      growth[index]!.points.push(await point(subject, load, 1, () => subject.one(history(load))))
  }
  return growth
}

function gateways({ exec, appServer, against }: World, count: (load: number) => number): Measured[] {
  const through = (target: Target) => (messages?: Question) => ask(target, messages && { messages })
  return [
    { what: 'exec engine', one: through(exec), pid: exec.pid, count },
    { what: 'app-server engine', one: through(appServer), pid: appServer.pid, count },
    ...(against ? [{ what: against.url, one: through(against), count }] : [])
  ]
}

async function point(
  { what, pid, count }: Measured,
  load: number,
  width: number,
  one: () => Promise<{ ms: number }>
): Promise<GrowthPoint> {
  const total = count(load)
  process.stderr.write(`  ${what}, ${load}\n`)
  const { ms, results } = await atOnce(width, total, one)
  return {
    load,
    ms: figuresFrom(results.map((result) => result.ms)),
    perSecond: (total / ms) * 1000,
    gatewayMb: pid === undefined ? NaN : residentMb(pid),
    allMb: pid === undefined ? NaN : await familyMb(pid)
  }
}

/** A conversation of so many KB, in messages of 1 KB, and a question. */
function history(kb: number): Question {
  const text = 'What was said before was said in many words. '.repeat(23).slice(0, 1_000)
  const messages = Array.from({ length: kb }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: text
  }))
  return [...messages, { role: 'user', content: 'Say the word hello.' }]
}
