import { getEventListeners } from 'node:events'
import { expect, it, vi } from 'vitest'
import { Linked } from '../../src/turn/linked.ts'

it('a linked controller aborts with its signal, for the same reason, until it is disposed', () => {
  const source = new AbortController()
  const linked = new Linked(source.signal)
  const disposed = new Linked(source.signal)
  disposed[Symbol.dispose]()
  expect(getEventListeners(source.signal, 'abort')).toHaveLength(1)
  source.abort('shutdown')
  expect([linked.controller.signal.reason, disposed.controller.signal.aborted]).toEqual(['shutdown', false])
  expect(new Linked(source.signal).controller.signal.reason).toBe('shutdown')
})

it('a linked controller aborts after its time, too, unless it is disposed', () => {
  vi.useFakeTimers()
  try {
    const { signal } = new AbortController()
    const [linked, disposed] = [new Linked(signal, 100), new Linked(signal, 100)]
    disposed[Symbol.dispose]()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(99)
    expect(linked.controller.signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect([linked.controller.signal.aborted, disposed.controller.signal.aborted]).toEqual([true, false])
  } finally {
    vi.useRealTimers()
  }
})
