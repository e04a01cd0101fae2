import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { timed } from '../../src/engines/timed.ts'
import { admitted, completed, forever, message, scriptedEngine } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'

const clocks = { total: 10_000, start: 1_000, idle: 100 }
const begun: Step = { type: 'turn.started' }
const wait =
  (ms: number): Step =>
  () =>
    new Promise((resolve) => setTimeout(resolve, ms))
/** A message whose words come so many milliseconds apart. */
const words = (count: number, ms: number): Step[] =>
  Array.from({ length: count }, (_, index) => [wait(ms), ...message(`m${index}`, 'word')]).flat()

/** How the turn ends, and when, in ms since it was asked for. */
const endOf = (...steps: Step[]) => endWithin(undefined, ...steps)

/** The same of a turn with a limit of its own. */
async function endWithin(timeLimitMs: number | undefined, ...steps: Step[]) {
  const began = Date.now()
  const { signal } = new AbortController()
  const result = (async () => {
    let end: string | undefined
    for await (const event of timed(scriptedEngine(steps), clocks).run({ input: [], timeLimitMs }, signal))
      end = event.type === 'turn.interrupted' ? event.reason : event.type
    return { end, ms: Date.now() - began }
  })()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  return result
}

describe('the clocks of a turn', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('let it run as long as it is never silent for longer than the idle time', async () => {
    expect(await endOf(admitted, begun, ...words(30, 90), completed)).toEqual({ end: 'turn.completed', ms: 2_700 })
  })

  it('count text that is passed on later as a sign of life, and take it out', async () => {
    const signs = Array.from({ length: 30 }, () => [wait(90), { type: 'text.withheld' } as const]).flat()
    expect(await endOf(admitted, begun, ...signs, completed)).toEqual({ end: 'turn.completed', ms: 2_700 })
    const seen: string[] = []
    const engine = timed(scriptedEngine([begun, { type: 'text.withheld' }, completed]), clocks)
    for await (const { type } of engine.run({ input: [] }, new AbortController().signal)) seen.push(type)
    expect(seen).toEqual(['turn.started', 'turn.completed'])
  })

  it('end it the idle time after its last event', async () => {
    expect(await endOf(admitted, begun, ...words(3, 90), forever)).toEqual({ end: 'timeout', ms: 370 })
    expect(await endOf(admitted, begun, forever)).toEqual({ end: 'timeout', ms: 100 })
  })

  it('give codex the start time to begin, which no later silence has', async () => {
    expect(await endOf(admitted, wait(950), begun, wait(90), completed)).toEqual({ end: 'turn.completed', ms: 1_040 })
    expect(await endOf(admitted, forever)).toEqual({ end: 'timeout', ms: 1_000 })
  })

  it('do not run, but for the total time, while it waits for its slot', async () => {
    expect(await endOf(wait(9_000), admitted, begun, completed)).toEqual({ end: 'turn.completed', ms: 9_000 })
    expect(await endOf(forever)).toEqual({ end: 'timeout', ms: 10_000 })
  })

  it('end it after the total time however much it emits', async () => {
    expect(await endOf(admitted, begun, ...words(200, 90), completed)).toEqual({ end: 'timeout', ms: 10_000 })
  })

  it('do not run while it waits for its client, and then go on where they stood', async () => {
    const [waits, resumes] = [{ type: 'turn.waiting' } as const, { type: 'turn.resumes' } as const]
    const waited = [admitted, begun, waits, wait(15_000), resumes]
    expect(await endOf(...waited, wait(90), completed)).toEqual({ end: 'turn.completed', ms: 15_090 })
    expect(await endOf(...waited, forever)).toEqual({ end: 'timeout', ms: 15_100 })
    const long = [admitted, begun, waits, wait(5_000), resumes, ...words(200, 90), completed]
    expect(await endOf(...long)).toEqual({ end: 'timeout', ms: 15_000 })
  })

  it('of a turn with a limit of its own are that limit, from its slot on', async () => {
    expect(await endWithin(500, wait(12_000), admitted, begun, forever)).toEqual({ end: 'timeout', ms: 12_500 })
    expect(await endWithin(500, admitted, begun, wait(450), completed)).toEqual({ end: 'turn.completed', ms: 450 })
    expect(await endWithin(500, admitted, begun, ...words(9, 90))).toEqual({ end: 'timeout', ms: 500 })
  })

  it('leave no timer when it has ended', async () => {
    const turn = timed(scriptedEngine([admitted, begun, completed]), clocks).run(
      { input: [] },
      new AbortController().signal
    )
    for await (const _ of turn);
    expect(vi.getTimerCount()).toBe(0)
  })
})
