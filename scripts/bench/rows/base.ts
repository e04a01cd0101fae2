import { ask, askStreamed } from '../client.ts'
import type { Target } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import { answersPerSecond } from '../load.ts'
import type { Row } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import type { World } from '../world.ts'

/** The share by which a figure may be worse than the other checkout's. */
const allowed = 0.03

interface Comparison {
  what: string
  unit: 'ms' | 'a second'
  rounds: number
  measure: (target: Target) => Promise<number>
}

/** This checkout beside another: nothing may be more than 3 % slower. */
export async function baseRows({ base, ...ours }: World, quick: boolean): Promise<Row[]> {
  if (base === undefined) return []
  const alone = (target: Target) => answersPerSecond(target, quick ? 2 : 4)
  const rows = [await compared(small(alone, quick), ours.alone.gateway, base.alone.gateway)]
  for (const engine of ['exec', 'appServer'] as const)
    for (const comparison of comparisons(engine === 'exec' ? 'exec' : 'app-server', quick))
      rows.push(await compared(comparison, ours[engine], base[engine]))
  return rows
}

function small(measure: Comparison['measure'], quick: boolean): Comparison {
  return { what: 'gateway alone: small answers', unit: 'a second', rounds: quick ? 2 : 8, measure }
}

function comparisons(name: 'exec' | 'app-server', quick: boolean): Comparison[] {
  const one = { unit: 'ms', rounds: quick ? 8 : 60 } as const
  const count = name === 'exec' ? 40 : 256
  return [
    { ...one, what: `${name}: an answer`, measure: async (target) => (await ask(target)).ms },
    { ...one, what: `${name}: first text`, measure: async (target) => (await askStreamed(target)).firstTextMs },
    {
      what: `${name}: answers, 8 at once`,
      unit: 'a second',
      rounds: quick ? 2 : 8,
      measure: async (target) => (await rate(8, count, () => ask(target)))[0] ?? NaN
    }
  ]
}

async function compared({ what, unit, rounds, measure }: Comparison, one: Target, other: Target): Promise<Row> {
  const samples = await interleaved(rounds, {
    ours: async () => [await measure(one)],
    base: async () => [await measure(other)]
  })
  const [ours, figures] = [figuresFrom(samples.ours), figuresFrom(samples.base)]
  const ratio = ours.median / figures.median
  const target =
    unit === 'ms'
      ? { text: `≤ ${1 + allowed} ×`, met: ratio <= 1 + allowed }
      : { text: `≥ ${1 - allowed} ×`, met: ratio >= 1 - allowed }
  return { what, unit, ours, other: { what: 'the other checkout', figures }, target }
}
