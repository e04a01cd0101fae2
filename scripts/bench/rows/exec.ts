import { ask } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import type { World } from '../world.ts'

/** One at a time: the exec engine, codex by hand as well as it goes, and as people run it. */
export async function execRows({ exec, tuned, usual }: World, quick: boolean): Promise<Row[]> {
  const completed: number[] = []
  const samples = await interleaved(quick ? 8 : 40, {
    ours: async () => [(await ask(exec)).ms],
    tuned: async () => {
      const run = await tuned()
      completed.push(run.completed)
      return [run.exited]
    },
    usual: async () => [(await usual()).exited]
  })
  const [ours, byHand, asUsual] = [figuresFrom(samples.ours), figuresFrom(samples.tuned), figuresFrom(samples.usual)]
  return [
    {
      what: 'exec: an answer',
      unit: 'ms',
      ours,
      other: { what: 'the same `codex exec` by hand', figures: byHand },
      target: { text: '≤ +8 ms', met: ours.median - byHand.median <= 8 }
    },
    {
      what: 'exec: an answer',
      unit: 'ms',
      ours,
      other: { what: 'npm’s `codex exec`, default home', figures: asUsual },
      target: { text: '≤ 0.5 ×', met: ours.median <= 0.5 * asUsual.median }
    },
    {
      what: 'exec: an answer',
      unit: 'ms',
      ours,
      other: { what: 'by hand, to its `turn.completed` only', figures: figuresFrom(completed.slice(1)) }
    }
  ]
}

/** Eight at once. */
export async function execAtOnceRows({ exec, tuned }: World, quick: boolean): Promise<Row[]> {
  const count = quick ? 24 : 60
  const samples = await interleaved(quick ? 2 : 6, {
    ours: () => rate(8, count, () => ask(exec)),
    tuned: () => rate(8, count, tuned)
  })
  const [ours, byHand] = [figuresFrom(samples.ours), figuresFrom(samples.tuned)]
  const met = ours.median >= 25 && ours.median >= 0.9 * byHand.median
  return [
    {
      what: 'exec: answers, 8 at once',
      unit: 'a second',
      ours,
      other: { what: 'the same `codex exec` by hand', figures: byHand },
      target: { text: '≥ 25, ≥ 0.9 ×', met }
    }
  ]
}
