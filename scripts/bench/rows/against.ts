import { ask, askStreamed } from '../client.ts'
import type { Answered, Target } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row, Unit } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import type { World } from '../world.ts'

/** Another gateway beside both engines: one at a time, and many at once. */
export async function againstRows({ exec, appServer, against }: World, quick: boolean): Promise<Row[]> {
  if (against === undefined) return []
  const rows: Row[] = []
  for (const [name, ours] of [
    ['exec', exec],
    ['app-server', appServer]
  ] as const) {
    const one = async (measure: (target: Target) => Promise<Answered>, pick: 'ms' | 'firstTextMs') =>
      interleaved(quick ? 5 : 20, {
        ours: async () => [(await measure(ours))[pick]],
        theirs: async () => [(await measure(against))[pick]]
      })
    const add = (what: string, unit: Unit, samples: { ours: number[]; theirs: number[] }) =>
      rows.push({
        what: `${name}: ${what}`,
        unit,
        ours: figuresFrom(samples.ours),
        other: { what: against.url, figures: figuresFrom(samples.theirs) }
      })
    add('an answer', 'ms', await one(ask, 'ms'))
    add('first text', 'ms', await one(askStreamed, 'firstTextMs'))
    for (const width of [8, 64]) {
      const blocks = await interleaved(quick ? 1 : 2, {
        ours: () => rate(width, width * 2, () => ask(ours)),
        theirs: () => rate(width, width * 2, () => ask(against))
      })
      add(`answers, ${width} at once`, 'a second', blocks)
    }
  }
  return rows
}
