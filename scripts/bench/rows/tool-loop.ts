import type { Target } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import { steps } from '../steps.ts'
import { toolLoop } from '../tool-loop.ts'
import type { World } from '../world.ts'

const inNewThreads = 'each step in a new thread'
const byHand = 'a raw JSON-RPC client'

/** A loop of twenty steps that is one turn of codex, beside one whose steps are a turn each, and beside one by hand. */
export async function toolLoopRows({ appServer, fresh, raw, sent }: World, quick: boolean): Promise<Row[]> {
  await using apart = await fresh('app-server', { CODEX_WAITING_TURNS: '0' })
  return [
    ...(await firstTextRows(appServer, apart, raw, quick)),
    await atOnceRow(appServer, apart, quick),
    ...(await sentRows(appServer, apart, sent))
  ]
}

async function firstTextRows(appServer: Target, apart: Target, raw: World['raw'], quick: boolean): Promise<Row[]> {
  const samples = await interleaved(quick ? 2 : 5, {
    ours: () => toolLoop(appServer),
    apart: () => toolLoop(apart),
    raw: raw.toolLoop
  })
  const [ours, others, hand] = [figuresFrom(samples.ours), figuresFrom(samples.apart), figuresFrom(samples.raw)]
  const row = { what: 'tool loop: first text of a step', unit: 'ms', ours } as const
  return [
    {
      ...row,
      other: { what: inNewThreads, figures: others },
      target: { text: '≤ 0.6 ×', met: ours.median <= 0.6 * others.median }
    },
    {
      ...row,
      other: { what: byHand, figures: hand },
      target: { text: '≤ 1.3 ×', met: ours.median <= 1.3 * hand.median }
    }
  ]
}

async function atOnceRow(appServer: Target, apart: Target, quick: boolean): Promise<Row> {
  const stepsOf = async (target: Target) => (await rate(8, 8, () => toolLoop(target))).map((loops) => loops * steps)
  const samples = await interleaved(quick ? 1 : 4, { ours: () => stepsOf(appServer), apart: () => stepsOf(apart) })
  const [ours, figures] = [figuresFrom(samples.ours), figuresFrom(samples.apart)]
  return {
    what: 'tool loop: steps of 8 loops at once',
    unit: 'a second',
    ours,
    other: { what: inNewThreads, figures },
    target: { text: '≥ 1 ×', met: ours.median >= figures.median }
  }
}

/** Of one loop each. */
async function sentRows(appServer: Target, apart: Target, sent: World['sent']): Promise<Row[]> {
  const sentBy = async (target: Target) => {
    await sent()
    await toolLoop(target)
    return sent()
  }
  const [ours, others] = [await sentBy(appServer), await sentBy(apart)]
  return [
    {
      what: `tool loop: sent to the model in ${steps} steps`,
      unit: 'KB',
      ours: figuresFrom([ours.bytes / 1024]),
      other: { what: inNewThreads, figures: figuresFrom([others.bytes / 1024]) }
    },
    {
      what: `tool loop: prompt cache keys in ${steps} steps`,
      unit: 'keys',
      ours: figuresFrom([ours.keys]),
      other: { what: inNewThreads, figures: figuresFrom([others.keys]) },
      target: { text: '1', met: ours.keys === 1 }
    }
  ]
}
