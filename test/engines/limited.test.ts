import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { limited } from '../../src/engines/limited.ts'
import { TurnQueue } from '../../src/engines/queue.ts'
import type { Engine } from '../../src/turn/engine.ts'
import { completed, gate, scriptedEngine, turn } from '../support/scripted-engine.ts'

const never = new AbortController().signal
const queueOf = (queue: number) => new TurnQueue({ concurrency: 1, queue, patience: 10_000 })

async function typesOf(engine: Engine, types: string[] = []): Promise<string[]> {
  for await (const { type } of engine.run({ input: [] }, never)) types.push(type)
  return types
}

describe('a turn with a limited engine', () => {
  it('knows how long it has waited', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    vi.advanceTimersByTime(1_000)
    const queue = queueOf(1)
    const release = await queue.enter('', never)
    const running = limited(scriptedEngine([completed]), queue).run({ input: [] }, never)
    const events = running[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual({ type: 'turn.queued' })
    vi.advanceTimersByTime(3_000)
    release()
    expect((await events.next()).value).toMatchObject({ type: 'turn.admitted', queued_ms: 3_000 })
    await events.return?.()
  })

  it('leaves the queue at once when its consumer does', async () => {
    const queue = queueOf(1)
    const release = await queue.enter('', never)
    const running = limited(scriptedEngine([completed]), queue).run({ input: [] }, never)
    const events = running[Symbol.asyncIterator]()
    await events.next()
    await events.return?.()
    expect([queue.active, queue.waiting]).toEqual([1, 0])
    release()
  })

  it('goes on after it has waited for its client, though the queue is full', async () => {
    const { step, open } = gate()
    const queue = queueOf(0)
    await using engine = limited(scriptedEngine(turn({ type: 'turn.waiting' }, step, { type: 'turn.resumes' })), queue)
    const types: string[] = []
    const waits = typesOf(engine, types)
    await expect.poll(() => types).toContain('turn.waiting')
    const release = await queue.enter('other', never)
    open()
    await expect.poll(() => queue.waiting).toBe(1)
    release()
    expect((await waits).slice(-2)).toEqual(['turn.resumes', 'turn.completed'])
  })

  it('is cleared before the engine is gone, and with it the one that it limits', async () => {
    let clear = () => {}
    const clearing = new Promise<void>((resolve) => (clear = resolve))
    const seen: string[] = []
    const run: Engine['run'] = async function* () {
      try {
        yield completed
      } finally {
        await clearing
        seen.push('cleared')
      }
    }
    const inner = { name: 'slow', run, [Symbol.asyncDispose]: async () => void seen.push('gone') }
    const engine = limited(inner, queueOf(0))
    await typesOf(engine)
    const disposed = Promise.resolve(engine[Symbol.asyncDispose]()).then(() => seen.push('disposed'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual([])
    clear()
    await disposed
    expect(seen).toEqual(['cleared', 'gone', 'disposed'])
  })
})
