import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { NobodyListens } from '../../../src/broker/broker.ts'
import type { Broker } from '../../../src/broker/broker.ts'
import { FrontEnd } from '../../../src/engines/brokered/front-end.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'

/** A front end on a broker without workers, whose line fails to be prepared so many times. */
function frontEndOf(failures = 0) {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const calls = { prepare: 0, state: 0, put: 0, removed: [] as number[] }
  const line = { id: 'line', first: 1, tickets: 0 }
  const permits = { forget: () => {} } // none is taken here
  const broker = {
    mail: {
      ...{ isUp: true, upSince: 0, reconnects: 0, maxChars: 1_000 },
      ...{ watch: () => {}, listen: () => {}, send: () => {} },
      request: () => Promise.reject(new NobodyListens('anybody'))
    },
    line: {
      prepare: async () => {
        if (++calls.prepare <= failures) throw new Error('no leader')
      },
      state: async () => (calls.state++, { ...line }),
      put: async () => ++calls.put,
      remove: async (ticket: number) => void calls.removed.push(ticket)
    },
    ...{ shares: permits, places: permits }
  } as unknown as Broker
  const frontEnd = new FrontEnd({ broker, subjects: subjectsFor('test'), id: 'front', version: '1', agrees: 'a' })
  frontEnd.start()
  const add = () => frontEnd.add({ input: [] }, 60_000, () => {})
  return { frontEnd, calls, line, add, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

describe('a front end', () => {
  it('prepares the line again each second until that works', async () => {
    const { calls, pass } = frontEndOf(2)
    await pass(0)
    expect(calls.prepare).toBe(1)
    await pass(999)
    expect(calls.prepare).toBe(1)
    await pass(1_001)
    expect(calls.prepare).toBe(3)
    await pass(10_000)
    expect(calls.prepare).toBe(3)
  })

  it('puts a turn into the line again that has left it without a worker, or was lost with it', async () => {
    const { calls, line, add, pass } = frontEndOf()
    await pass(0)
    add()
    await pass(2_600)
    expect(calls.put).toBe(1)
    line.first = 2
    await pass(2_500)
    expect(calls.put).toBe(2)
    line.first = 3
    line.id = 'other'
    await pass(2_500)
    expect(calls.put).toBe(3)
    await pass(2_500)
    expect(calls.put).toBe(3)
  })

  it('withdraws the tickets of turns that nobody reads, and of all when it ends', async () => {
    const { frontEnd, calls, add, pass } = frontEndOf()
    const [first] = [add(), add(), add()]
    await pass(0)
    expect(frontEnd.counts).toEqual({ active: 0, waiting: 3 })
    frontEnd.remove(first)
    expect(calls.removed).toEqual([1])
    await frontEnd[Symbol.asyncDispose]()
    expect([calls.removed, frontEnd.counts.waiting]).toEqual([[1, 2, 3], 0])
  })

  it('lets four turns of one owner stand in the line, and the others after them', async () => {
    const { frontEnd, calls, add, pass } = frontEndOf()
    const turns = Array.from({ length: 6 }, add)
    await pass(0)
    expect(calls.put).toBe(4)
    for (const turn of turns.slice(4)) frontEnd.remove(turn)
    expect(calls.removed).toEqual([])
    add()
    frontEnd.remove(turns[0]!)
    await pass(0)
    expect(calls.put).toBe(5)
  })
})
