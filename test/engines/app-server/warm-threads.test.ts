import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WarmThreads } from '../../../src/engines/app-server/warm/warm-threads.ts'

const thread = (id: string) => ({ id, mark: id, ready: Promise.resolve() })

describe('idle threads', () => {
  let unloaded: string[]
  let threads: WarmThreads
  beforeEach(() => {
    vi.useFakeTimers()
    unloaded = []
    threads = new WarmThreads({ count: 2, lifeMs: 1_000 }, ({ id }) => unloaded.push(id))
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('are taken once', () => {
    threads.put('a', thread('t1'))
    expect(threads.take('a')?.id).toBe('t1')
    expect(threads.take('a')).toBeUndefined()
    expect([unloaded, vi.getTimerCount()]).toEqual([[], 0])
  })

  it('are limited in number: the one that has been idle longest is unloaded', () => {
    for (const name of ['a', 'b', 'c']) threads.put(name, thread(name))
    expect([unloaded, vi.getTimerCount()]).toEqual([['a'], 2])
  })

  it('are one for each conversation, the later one', () => {
    threads.put('a', thread('t1'))
    threads.put('a', thread('t2'))
    expect([unloaded, threads.take('a')?.id]).toEqual([['t1'], 't2'])
  })

  it('are limited in time', () => {
    threads.put('a', thread('t1'))
    vi.advanceTimersByTime(999)
    threads.put('b', thread('t2'))
    vi.advanceTimersByTime(1)
    expect([unloaded, vi.getTimerCount()]).toEqual([['t1'], 1])
  })
})
