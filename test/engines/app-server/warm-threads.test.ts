import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WarmThreads } from '../../../src/engines/app-server/warm/warm-threads.ts'

const thread = (id: string) => ({ id, mark: id, ready: Promise.resolve() })

describe('threads that wait', () => {
  let unloaded: string[]
  let threads: WarmThreads
  beforeEach(() => {
    vi.useFakeTimers()
    unloaded = []
    threads = new WarmThreads({ count: 2, lifeMs: 1_000 }, ({ id }) => unloaded.push(id))
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(threads.count)
    vi.useRealTimers()
  })

  it('are given out once', () => {
    threads.put('a', thread('t1'))
    expect(threads.take('a')?.id).toBe('t1')
    expect(threads.take('a')).toBeUndefined()
    expect(unloaded).toEqual([])
  })

  it('are no more than may be: the one that has waited longest gives way', () => {
    for (const name of ['a', 'b', 'c']) threads.put(name, thread(name))
    expect([unloaded, threads.count]).toEqual([['a'], 2])
  })

  it('are one for each conversation, the later one', () => {
    threads.put('a', thread('t1'))
    threads.put('a', thread('t2'))
    expect([unloaded, threads.take('a')?.id]).toEqual([['t1'], 't2'])
  })

  it('wait only so long', () => {
    threads.put('a', thread('t1'))
    vi.advanceTimersByTime(999)
    threads.put('b', thread('t2'))
    vi.advanceTimersByTime(1)
    expect([unloaded, threads.count]).toEqual([['t1'], 1])
  })
})
