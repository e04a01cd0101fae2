import { ask } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import { slowDeltas, slowWord } from '../slow.ts'
import type { World } from '../world.ts'

const streams = 64

/** 64 streams, each of 300 tokens at 100 a second. */
export async function streamRows({ appServer, raw }: World, quick: boolean): Promise<Row[]> {
  const lost = { ours: 0, raw: 0 }
  const prompt = `Tell a story, ${slowWord}.`
  const samples = await interleaved(quick ? 1 : 4, {
    ours: () =>
      wall(
        () => ask(appServer, { stream: true, messages: [{ role: 'user', content: prompt }] }),
        (deltas) => (lost.ours += slowDeltas - deltas)
      ),
    raw: () =>
      wall(
        () => raw.turn(prompt),
        (deltas) => (lost.raw += slowDeltas - deltas)
      )
  })
  const [ours, figures] = [figuresFrom(samples.ours), figuresFrom(samples.raw)]
  const what = `${streams} streams of ${slowDeltas} tokens, 100 a second: ${lost.ours === 0 ? 'every delta came' : `${lost.ours} deltas did not come`}`
  const met = lost.ours === 0 && ours.median <= 1.25 * figures.median
  return [
    { what, unit: 's', ours, other: { what: 'a raw JSON-RPC client', figures }, target: { text: 'all, ≤ 1.25 ×', met } }
  ]
}

async function wall(one: () => Promise<{ deltas: number }>, onStream: (deltas: number) => void): Promise<number[]> {
  const begun = performance.now()
  const answers = await Promise.all(Array.from({ length: streams }, one))
  for (const { deltas } of answers) onStream(deltas)
  return [(performance.now() - begun) / 1000]
}
