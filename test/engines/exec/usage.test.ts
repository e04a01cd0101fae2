import { describe, expect, it } from 'vitest'
import { countedFrom } from '../../../src/engines/exec/continuation.ts'
import { withUsage } from '../../../src/engines/exec/usage.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { usage } from '../../support/scripted-engine.ts'

const thread: TurnEvent = { type: 'thread.started', thread_id: 't' }
const started: TurnEvent = { type: 'turn.started' }
const answered: TurnEvent = { type: 'item.completed', item: { id: 'm', type: 'agent_message', text: 'a' } }
const problem: TurnEvent = { type: 'item.completed', item: { id: 'e', type: 'error', message: 'a' } }
const none = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0
}
const failed = (code: 'upstream_error' | 'engine_stopped' | 'rate_limited'): TurnEvent => ({
  type: 'turn.failed',
  error: { code, message: 'a' }
})
const unknown = (cause: string) => ({ type: 'usage.unknown', cause })

async function* yielding(events: readonly TurnEvent[], error?: Error) {
  yield* events
  if (error) throw error
}
const listOf = async (events: AsyncIterable<TurnEvent>) => {
  const list: TurnEvent[] = []
  for await (const event of events) list.push(event)
  return list
}
const aborted = AbortSignal.abort()
const running = new AbortController().signal
const usageOf = async (events: TurnEvent[], signal = running) =>
  (await listOf(withUsage(yielding(events), signal))).filter(({ type }) => type.startsWith('usage'))

describe('the tokens of a turn on exec', () => {
  it('are counted once, at its end', async () => {
    const end: TurnEvent = { type: 'turn.completed', usage }
    const counted = { type: 'usage.counted', response_id: 'turn', thread_id: 't', usage, source: 'turn' }
    expect(await listOf(withUsage(yielding([thread, started, answered, end]), running))).toEqual([
      ...[thread, started, answered],
      ...[counted, end]
    ])
  })

  it('are unknown where an answer is said to have cost nothing, or nothing is said', async () => {
    const free: TurnEvent = { type: 'turn.completed', usage: none }
    expect(await usageOf([started, answered, free])).toEqual([unknown('not_reported')])
    expect(await usageOf([started, { type: 'turn.completed', usage: undefined }])).toEqual([unknown('not_reported')])
    expect(await usageOf([started, problem, free])).toMatchObject([{ type: 'usage.counted', usage: none }])
  })

  it.each([
    ['its provider failed', [started, failed('upstream_error')], running, ['torn']],
    ['codex ended', [started, failed('engine_stopped')], running, ['engine_stopped']],
    ['it was interrupted', [started, failed('rate_limited')], aborted, ['interrupted']],
    ['it had answered', [started, answered, failed('rate_limited')], running, ['torn']],
    [
      'it reconnected',
      [started, { type: 'error', message: 'Reconnecting… 1/5' }, failed('rate_limited')],
      running,
      ['torn']
    ],
    ['it was refused', [started, failed('rate_limited')], running, []],
    ['it had only a warning', [started, problem, failed('rate_limited')], running, []],
    ['it had not begun', [failed('upstream_error')], aborted, []]
  ] as [string, TurnEvent[], AbortSignal, string[]][])(
    'of one that fails are unknown as it should be: %s',
    async (_name, events, signal, causes) => {
      expect(await usageOf(events, signal)).toEqual(causes.map(unknown))
    }
  )

  it.each([
    [[started], running, ['engine_stopped']],
    [[started], aborted, ['interrupted']],
    [[thread], running, []]
  ] as [TurnEvent[], AbortSignal, string[]][])(
    'of one that breaks off are unknown once it has begun',
    async (events, signal, causes) => {
      const found: unknown[] = []
      const reading = async () => {
        for await (const event of withUsage(yielding(events, new Error('broken')), signal))
          if (event.type === 'usage.unknown') found.push(event.cause)
      }
      await expect(reading()).rejects.toThrow('broken')
      expect(found).toEqual(causes)
    }
  )

  it('are those of the thread without its earlier turns', async () => {
    const before = { ...none, input_tokens: 30, output_tokens: 5 }
    const end: TurnEvent = { type: 'turn.completed', usage }
    const silent: TurnEvent = { type: 'turn.completed', usage: undefined }
    const events = await listOf(countedFrom({ threadId: 't', tokens: before }, yielding([started, end, silent])))
    expect(events).toEqual([started, { ...end, usage: { ...usage, input_tokens: 70, output_tokens: 15 } }, silent])
  })
})
