import { ask, askStreamed } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import type { World } from '../world.ts'

const byHand = 'a raw JSON-RPC client'

/** One at a time, streamed: the first text and the whole of it. */
export async function appServerRows({ appServer, raw }: World, quick: boolean): Promise<Row[]> {
  const first = { ours: [] as number[], raw: [] as number[] }
  const samples = await interleaved(quick ? 20 : 100, {
    ours: async () => noting(first.ours, await askStreamed(appServer)),
    raw: async () => noting(first.raw, await raw.turn())
  })
  return [row('first text', first.ours.slice(1), first.raw.slice(1)), row('an answer', samples.ours, samples.raw)]
}

function noting(first: number[], { ms, firstTextMs }: { ms: number; firstTextMs: number }): number[] {
  first.push(firstTextMs)
  return [ms]
}

function row(what: string, ourSamples: number[], rawSamples: number[]): Row {
  const [ours, figures] = [figuresFrom(ourSamples), figuresFrom(rawSamples)]
  return {
    what: `app-server: ${what}`,
    unit: 'ms',
    ours,
    other: { what: byHand, figures },
    target: { text: '≤ 1.3 ×', met: ours.median <= 1.3 * figures.median }
  }
}

/** Eight and 64 at once. */
export async function appServerAtOnceRows({ appServer, raw }: World, quick: boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const width of [8, 64]) {
    const count = quick ? 128 : 256
    const samples = await interleaved(quick ? 2 : 6, {
      ours: () => rate(width, count, () => ask(appServer)),
      raw: () => rate(width, count, raw.turn)
    })
    const [ours, figures] = [figuresFrom(samples.ours), figuresFrom(samples.raw)]
    const met = ours.median >= 100 && ours.median >= 0.85 * figures.median
    rows.push({
      what: `app-server: answers, ${width} at once`,
      unit: 'a second',
      ours,
      other: { what: byHand, figures },
      target: { text: '≥ 100, ≥ 0.85 ×', met }
    })
  }
  return rows
}
