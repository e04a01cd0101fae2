import type { Engine } from '../../../src/turn/engine.ts'
import { isTurnEnd } from '../../../src/turn/event.ts'
import { atOnce } from '../sampling.ts'
import { turnOf } from './engine.ts'

interface Run {
  firstMs: number
  deltas: number
  /** The longest time between two deltas. */
  silenceMs: number
  end: string | undefined
}

async function run(
  engine: Engine,
  request: ReturnType<typeof turnOf>,
  signal = new AbortController().signal
): Promise<Run> {
  const begun = performance.now()
  const found: Run = { firstMs: NaN, deltas: 0, silenceMs: 0, end: undefined }
  let lastAt: number | undefined
  for await (const event of engine.run(request, signal)) {
    if (isTurnEnd(event)) found.end = event.type === 'turn.failed' ? event.error.code : event.type
    if (event.type !== 'item.delta') continue
    const now = performance.now()
    if (lastAt === undefined) found.firstMs = now - begun
    else found.silenceMs = Math.max(found.silenceMs, now - lastAt)
    lastAt = now
    found.deltas += 1
  }
  return found
}

/** Owners are many, as a front end's are: of one, four turns stand in the line at once. */
const ownerOf = (index: number) => `owner ${index % 32}`

async function completed(engine: Engine, request: ReturnType<typeof turnOf>): Promise<Run> {
  const found = await run(engine, request)
  if (found.end !== 'turn.completed') throw new Error(`A turn ended with ${found.end}`)
  return found
}

/** What a front end of the bench measures, by name; figures that are many come as a list. */
export const measures: Record<string, (engine: Engine, ...args: number[]) => Promise<unknown>> = {
  /** Milliseconds to the first delta. */
  first: async (engine) => (await completed(engine, turnOf(1))).firstMs,
  /** Turns a second, so many at once; each takes so many milliseconds. */
  rate: async (engine, width = 1, count = 1, takesMs = 0) => {
    let index = 0
    const { ms } = await atOnce(width, count, () => completed(engine, turnOf(1, takesMs, ownerOf((index += 1)))))
    return (count / ms) * 1000
  },
  /** Deltas a second of one stream. */
  deltas: async (engine, count = 1) => {
    const begun = performance.now()
    const { deltas } = await completed(engine, turnOf(count))
    return deltas === count ? (count / (performance.now() - begun)) * 1000 : NaN
  },
  /** Seconds of so many streams at once, and the deltas that did not come. */
  streams: async (engine, width = 1, count = 1, every = 0) => {
    const begun = performance.now()
    const all = await Promise.all(
      Array.from({ length: width }, (_, index) => completed(engine, turnOf(count, every, ownerOf(index))))
    )
    const lost = all.reduce((sum, { deltas }) => sum + count - deltas, 0)
    return [(performance.now() - begun) / 1000, lost]
  },
  /** Milliseconds from when a client leaves to the end of its turn. */
  leave: async (engine) => {
    const controller = new AbortController()
    let leftAt = NaN
    for await (const event of engine.run(turnOf(1_000_000, 5), controller.signal)) {
      if (event.type !== 'item.delta' || controller.signal.aborted) continue
      leftAt = performance.now()
      controller.abort('client')
    }
    return performance.now() - leftAt
  },
  /** How a long turn ends, and the longest silence in it. */
  long: async (engine, count = 1, every = 0) => {
    const { end, silenceMs, deltas } = await run(engine, turnOf(count, every))
    return [end, silenceMs, count - deltas]
  }
}
