import { ask } from '../client.ts'
import type { Target } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import type { World } from '../world.ts'

/** What it costs to account for turns: the processor's time for one, and answers of the same gateway with it and without. */
export async function ledgerRows({ ledger }: World, quick: boolean): Promise<Row[]> {
  await using child = await ledger()
  const costs: Row[] = []
  for (const atOnce of [1, 4, 16]) {
    const samples: number[] = []
    for (let round = 0; round < (quick ? 1 : 5); round++) samples.push(await child.cost(atOnce))
    const ours = figuresFrom(samples)
    const target = { text: '≤ 0.2 ms', met: ours.median <= 0.2 }
    costs.push({ what: `the ledger: processor for a turn, ${atOnce} at once`, unit: 'ms', ours, target })
  }
  const count = quick ? 64 : 128
  const measured = async (target: Target) => rate(8, count, () => ask(target))
  const samples = await interleaved(quick ? 3 : 20, {
    counted: () => measured(child.counted),
    plain: () => measured(child.plain)
  })
  const [ours, figures] = [figuresFrom(samples.counted), figuresFrom(samples.plain)]
  return [
    ...costs,
    {
      what: 'app-server: answers, 8 at once, with the ledger',
      unit: 'a second',
      ours,
      other: { what: 'without it', figures },
      target: { text: '≥ 0.99 ×', met: ours.median >= 0.99 * figures.median }
    }
  ]
}
