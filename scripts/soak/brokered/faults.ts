import { setTimeout as sleep } from 'node:timers/promises'
import type { Nats } from '../../../test/support/nats.ts'
import type { Machine } from '../../../test/support/machine-process.ts'

/** Everything that can be broken. */
export interface Machines {
  nats: Nats
  fronts: readonly Machine[]
  workers: readonly Machine[]
  random: () => number
}

const between = (random: () => number, least: number, most: number) => least + random() * (most - least)

/** What goes wrong, how often, and for how long: the longest takes longer than any sign of life is waited for. */
const faults: [name: string, weight: number, act: (machines: Machines) => Promise<unknown>][] = [
  ['worker killed', 4, ({ workers, random }) => restarted(one(workers, random), 'SIGKILL')],
  ['worker drained', 3, ({ workers, random }) => restarted(one(workers, random), 'SIGTERM')],
  ['worker frozen', 3, ({ workers, random }) => frozen(one(workers, random), between(random, 500, 6_000))],
  ['worker frozen for long', 1, ({ workers, random }) => frozen(one(workers, random), 12_000)],
  ['worker cut off', 2, ({ workers, random }) => cutOff(one(workers, random), between(random, 500, 5_000))],
  ['front end killed', 2, ({ fronts, random }) => restarted(one(fronts, random), 'SIGKILL')],
  ['front end stopped', 1, ({ fronts, random }) => restarted(one(fronts, random), 'SIGTERM')],
  ['front end frozen', 2, ({ fronts, random }) => frozen(one(fronts, random), between(random, 500, 4_000))],
  ['front end frozen for long', 1, ({ fronts, random }) => frozen(one(fronts, random), 12_000)],
  ['front end cut off', 1, ({ fronts, random }) => cutOff(one(fronts, random), between(random, 500, 4_000))],
  ['broker killed', 2, ({ nats, random }) => brokerAway(nats, between(random, 100, 1_500))],
  ['broker frozen', 1, ({ nats, random }) => brokerFrozen(nats, between(random, 300, 3_000))]
]

/** One machine, or the broker, has one fault at a time. */
const broken = new Set<unknown>()

function one(machines: readonly Machine[], random: () => number): Machine {
  const whole = machines.filter((machine) => !broken.has(machine))
  const found = whole[Math.floor(random() * whole.length)]
  if (!found) throw new NothingToBreak()
  return found
}

class NothingToBreak extends Error {}

/** Breaks things until then, one after the other and some at once. Resolves to how often each went wrong, when all is right again. */
export async function breakThings(machines: Machines, seconds: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const running = new Set<Promise<unknown>>()
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    const [name, , act] = anyFault(machines.random)
    try {
      const fault = act(machines)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      running.add(fault)
      fault.then(
        () => running.delete(fault),
        () => {} // awaited below
      )
    } catch (error) {
      if (!(error instanceof NothingToBreak)) throw error
    }
    await sleep(between(machines.random, 300, 1_700))
  }
  await Promise.all(running)
  return counts
}

function anyFault(random: () => number): (typeof faults)[number] {
  let place = random() * faults.reduce((sum, [, weight]) => sum + weight, 0)
  return faults.find(([, weight]) => (place -= weight) < 0) ?? faults[0]!
}

async function breaking(what: unknown, work: () => Promise<void>): Promise<void> {
  broken.add(what)
  try {
    await work()
  } finally {
    broken.delete(what)
  }
}

const restarted = (machine: Machine, signal: 'SIGKILL' | 'SIGTERM') =>
  breaking(machine, async () => {
    const code = await machine.end(signal)
    if (signal === 'SIGTERM' && code !== 0) machine.bugs.push(`${machine.name} ended with ${code} when it was told to`)
    await machine.start().catch((error: Error) => machine.bugs.push(error.message))
  })

const frozen = (machine: Machine, ms: number) =>
  breaking(machine, async () => {
    machine.signal('SIGSTOP')
    await sleep(ms)
    machine.signal('SIGCONT')
  })

const cutOff = (machine: Machine, ms: number) =>
  breaking(machine, async () => {
    machine.cut(true)
    await sleep(ms)
    machine.cut(false)
  })

async function brokerAway(nats: Nats, ms: number): Promise<void> {
  if (broken.has(nats)) return
  await breaking(nats, async () => {
    await nats.kill()
    await sleep(ms)
    await nats.start()
  })
}

async function brokerFrozen(nats: Nats, ms: number): Promise<void> {
  if (broken.has(nats)) return
  await breaking(nats, async () => {
    process.kill(nats.pid, 'SIGSTOP')
    await sleep(ms)
    process.kill(nats.pid, 'SIGCONT')
  })
}
