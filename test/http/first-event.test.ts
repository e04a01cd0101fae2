import { describe, expect, it } from 'vitest'
import { untilOutput } from '../../src/http/answer/first-event.ts'
import type { TurnEvent } from '../../src/turn/event.ts'

const admitted: TurnEvent = { type: 'turn.admitted', engine: 'exec', queued_ms: 1 }
const started: TurnEvent = { type: 'thread.started', thread_id: 't' }
const delta: TurnEvent = { type: 'item.delta', item_id: 'i', item_type: 'agent_message', delta: 'hi' }
const completed: TurnEvent = { type: 'turn.completed' }

async function* of(...events: TurnEvent[]): AsyncGenerator<TurnEvent> {
  yield* events
}

async function all(events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const seen: TurnEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

describe('waiting for the first output of a turn', () => {
  it('replays what it waited for, in order, and then the rest', async () => {
    const events = [admitted, started, delta, delta, completed]
    expect(await all(await untilOutput(of(...events)))).toEqual(events)
  })

  it('throws the failure of a turn that failed before its first output', async () => {
    const failed: TurnEvent = {
      type: 'turn.failed',
      error: { code: 'usage_limit_exceeded', message: 'No more today.', retry_after: 30 }
    }
    await expect(untilOutput(of(admitted, started, failed))).rejects.toMatchObject({
      code: 'usage_limit_exceeded',
      message: 'No more today.',
      retryAfter: 30
    })
  })

  it('does not take a warning for output', async () => {
    const warning: TurnEvent = {
      type: 'item.completed',
      item: { id: 'w', type: 'error', message: 'Model metadata not found.' }
    }
    const failed: TurnEvent = { type: 'turn.failed', error: { code: 'upstream_error', message: 'x' } }
    await expect(untilOutput(of(admitted, warning, failed))).rejects.toMatchObject({ code: 'upstream_error' })
  })

  it.each([
    ['timeout', 'timeout'],
    ['shutdown', 'overloaded'],
    ['elsewhere', 'thread_busy']
  ] as const)('throws for a turn interrupted by %s', async (reason, code) => {
    await expect(untilOutput(of(admitted, { type: 'turn.interrupted', reason }))).rejects.toMatchObject({ code })
  })

  it('leaves a failed turn so that nothing of it is left', async () => {
    let left = false
    async function* failing(): AsyncGenerator<TurnEvent> {
      try {
        yield { type: 'turn.failed', error: { code: 'upstream_error', message: 'x' } }
      } finally {
        left = true
      }
    }
    await expect(untilOutput(failing())).rejects.toThrow('x')
    expect(left).toBe(true)
  })

  it('does not throw after the first output', async () => {
    const failed: TurnEvent = { type: 'turn.failed', error: { code: 'upstream_error', message: 'x' } }
    expect(await all(await untilOutput(of(delta, failed)))).toEqual([delta, failed])
  })

  it('gives up waiting when its time is over, and loses no event', async () => {
    let say = () => {}
    const word = new Promise<void>((resolve) => (say = resolve))
    async function* slow(): AsyncGenerator<TurnEvent> {
      yield admitted
      await word
      yield* of(delta, completed)
    }
    const events = await untilOutput(slow(), 5)
    say()
    expect(await all(events)).toEqual([admitted, delta, completed])
  })

  it('ends the turn when the loop over it is left early', async () => {
    let left = false
    async function* endless(): AsyncGenerator<TurnEvent> {
      try {
        for (;;) yield delta
      } finally {
        left = true
      }
    }
    for await (const event of await untilOutput(endless())) if (event === delta) break
    expect(left).toBe(true)
  })
})
