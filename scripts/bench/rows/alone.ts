import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Figures } from '../figures.ts'
import { answers, answersPerSecond } from '../load.ts'
import { residentMb } from '../memory.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import type { World } from '../world.ts'

const manyDeltas = 10_000

/** The gateway without codex: small answers, and one long stream. */
export async function aloneRows({ alone }: World, quick: boolean): Promise<Row[]> {
  const seconds = quick ? 2 : 4
  await answers(alone.gateway, 10_000) // until its code is compiled
  const samples = await interleaved(quick ? 2 : 5, {
    ours: async () => [await answersPerSecond(alone.gateway, seconds)],
    plain: async () => [await answersPerSecond(alone.plain, seconds)]
  })
  const deltas = await interleaved(quick ? 5 : 30, { ours: () => stream(alone.gateway) })
  const [ours, plain, streamed] = [figuresFrom(samples.ours), figuresFrom(samples.plain), figuresFrom(deltas.ours)]
  return [
    {
      what: 'gateway alone: small answers',
      unit: 'a second',
      ours,
      other: { what: 'node:http, reading and saying as much', figures: plain },
      target: { text: '≥ 5,000', met: ours.median >= 5_000 }
    },
    {
      what: `gateway alone: deltas of a stream of ${manyDeltas.toLocaleString('en')}`,
      unit: 'a second',
      ours: streamed,
      target: { text: '≥ 200,000', met: streamed.median >= 200_000 }
    }
  ]
}

async function stream(target: World['alone']['gateway']): Promise<number[]> {
  const { ms, deltas } = await ask(target, {
    stream: true,
    messages: [{ role: 'user', content: `${manyDeltas} deltas` }]
  })
  if (deltas !== manyDeltas) throw new Error(`${deltas} deltas came instead of ${manyDeltas}`)
  return [(deltas / ms) * 1000]
}

/** Memory of an idle gateway, and of one while it answers 20,000 requests. */
export async function memoryRows({ alone, fresh }: World): Promise<Row[]> {
  const idle = await usingFresh(fresh)
  await answers(alone.gateway, 10_000)
  const before = figuresFrom([await alone.heapMb()])
  const resident = await memoryOver(20_000, alone)
  const after = figuresFrom([await alone.heapMb()])
  return [
    { what: 'gateway: memory, idle', unit: 'MB', ours: idle, target: { text: '≤ 80', met: idle.median <= 80 } },
    { what: 'gateway: memory over 20,000 requests', unit: 'MB', ours: resident },
    // Between two collections the above goes up and down by a third: growth shows in what a collection leaves.
    {
      what: 'gateway: heap in use after them',
      unit: 'MB',
      ours: after,
      other: { what: 'before them', figures: before },
      target: { text: 'flat: ≤ 1.05 ×', met: after.median <= 1.05 * before.median }
    }
  ]
}

async function memoryOver(count: number, { gateway, pid }: World['alone']): Promise<Figures> {
  const samples: number[] = []
  const clock = setInterval(() => samples.push(residentMb(pid)), 50)
  await answers(gateway, count)
  clearInterval(clock)
  return figuresFrom(samples)
}

/** A gateway that was asked once whether it lives, and then nothing for ten seconds. */
async function usingFresh(fresh: World['fresh']) {
  await using gateway = await fresh()
  await (await fetch(`${gateway.url}/healthz`)).text()
  await sleep(10_000)
  return figuresFrom([residentMb(gateway.pid)])
}
