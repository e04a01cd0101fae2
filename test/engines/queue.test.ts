import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { TurnQueue } from '../../src/engines/queue.ts'

const never = new AbortController().signal
const full = (queue: TurnQueue) => ({ active: queue.active, waiting: queue.waiting })
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the queue of turns', () => {
  it('has slots, a limited number that may wait, and refuses the rest with Retry-After', async () => {
    const queue = new TurnQueue({ concurrency: 2, queue: 1, patience: 1_000 })
    const [first, second] = [await queue.enter('a', never), await queue.enter('a', never)]
    const third = queue.enter('a', never)
    await expect(queue.enter('a', never)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 15 })
    expect(full(queue)).toEqual({ active: 2, waiting: 1 })
    first()
    ;(await third)()
    second()
    await settled()
    expect(full(queue)).toEqual({ active: 0, waiting: 0 })
  })

  it('lets no more turns run in a place than it allows, and others pass those that wait for it', async () => {
    const queue = new TurnQueue({ concurrency: 3, queue: 4, patience: 1_000 })
    const room = { id: 'ada', concurrency: 1 }
    const first = await queue.enter('a', never, { room })
    const waiting = queue.enter('a', never, { room })
    const others = [
      await queue.enter('a', never),
      await queue.enter('b', never, { room: { id: 'bob', concurrency: 1 } })
    ]
    expect(full(queue)).toEqual({ active: 3, waiting: 1 })
    others[0]?.()
    await settled()
    expect(full(queue)).toEqual({ active: 2, waiting: 1 })
    first()
    const second = await waiting
    expect(full(queue)).toEqual({ active: 2, waiting: 0 })
    second()
    ;(await queue.enter('c', never, { room }))()
    others[1]?.()
    expect(full(queue)).toEqual({ active: 0, waiting: 0 })
  })

  it('refuses with overloaded whoever has waited too long', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 20 })
    const release = await queue.enter('a', never)
    await expect(queue.enter('a', never)).rejects.toMatchObject({ code: 'overloaded' })
    expect(full(queue)).toEqual({ active: 1, waiting: 0 })
    release()
  })

  it('forgets at once whoever leaves the line', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 1_000 })
    const release = await queue.enter('a', never)
    const leaving = new AbortController()
    const waiting = queue.enter('a', leaving.signal)
    leaving.abort('client')
    await expect(waiting).rejects.toThrow()
    expect(queue.waiting).toBe(0)
    const next = queue.enter('a', never)
    release()
    ;(await next)()
  })

  it('gives a slot back once, however often it is returned', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 2, patience: 1_000 })
    const release = await queue.enter('a', never)
    release()
    release()
    await settled()
    const again = await queue.enter('a', never)
    const waiting = queue.enter('a', never)
    release()
    await settled()
    expect(full(queue)).toEqual({ active: 1, waiting: 1 })
    again()
    ;(await waiting)()
  })

  it('limits each client to its own share', async () => {
    const queue = new TurnQueue({ concurrency: 3, queue: 9, patience: 1_000, perClient: { concurrency: 1, queue: 1 } })
    const first = await queue.enter('a', never)
    const second = queue.enter('a', never)
    await expect(queue.enter('a', never)).rejects.toMatchObject({ code: 'rate_limited' })
    const other = await queue.enter('b', never)
    expect(full(queue)).toEqual({ active: 2, waiting: 1 })
    first()
    ;(await second)()
    other()
  })

  it('leaves to others what it has of a place, when one of two turns there ends', async () => {
    const queue = new TurnQueue({ concurrency: 9, queue: 9, patience: 1_000 })
    const room = { id: 'ada', concurrency: 2 }
    const [first, second] = [await queue.enter('a', never, { room }), await queue.enter('a', never, { room })]
    const waiting = [queue.enter('a', never, { room }), queue.enter('a', never, { room })]
    first?.()
    await waiting[0]
    waiting.push(queue.enter('a', never, { room }))
    expect(full(queue)).toEqual({ active: 2, waiting: 2 })
    second?.()
    for (const each of waiting) (await each)()
    expect(full(queue)).toEqual({ active: 0, waiting: 0 })
  })

  it('shares its slots with what runs besides, and looks when that has changed', async () => {
    let [besides, changes] = [1, 0]
    const queue = new TurnQueue({
      ...{ concurrency: 2, queue: 9, patience: 1_000 },
      ...{ besides: () => besides, changed: () => (changes += 1) }
    })
    const first = await queue.enter('a', never)
    const second = queue.enter('a', never)
    expect([full(queue), changes]).toEqual([{ active: 1, waiting: 1 }, 1])
    besides = 0
    queue.look()
    expect([full(queue), changes]).toEqual([{ active: 2, waiting: 0 }, 2])
    first()
    expect(changes).toBe(3)
    ;(await second)()
  })

  it('has refused turns come again after the time that turns take', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    vi.advanceTimersByTime(1_000)
    const queue = new TurnQueue({ concurrency: 1, queue: 0, patience: 1_000 })
    const release = await queue.enter('a', never)
    vi.advanceTimersByTime(2_000)
    release()
    await queue.enter('a', never)
    await expect(queue.enter('b', never)).rejects.toMatchObject({ retryAfter: 4 })
  })

  it('gives no slot to a turn that is over already', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 1_000 })
    await expect(queue.enter('a', AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
    expect(full(queue)).toEqual({ active: 0, waiting: 0 })
  })

  it('refuses none that had a slot before, and lets it wait as long as it takes', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 0, patience: 1 })
    const release = await queue.enter('a', never)
    const resumes = queue.enter('a', never, { resumes: true })
    await expect(queue.enter('a', never)).rejects.toMatchObject({ code: 'rate_limited' })
    await new Promise((resolve) => setTimeout(resolve, 5)) // what is to be shown is that time passes
    release()
    ;(await resumes)()
    expect(full(queue)).toEqual({ active: 0, waiting: 0 })
  })
})
