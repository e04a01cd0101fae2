import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cutter } from '../../src/turn/cutoff.ts'

describe('a turn that is cut off', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('has half a second to report its usage', () => {
    using rest = cutter(new AbortController().signal)
    rest.cut()
    vi.advanceTimersByTime(499)
    expect(rest.signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(rest.signal.aborted).toBe(true)
  })

  it('is not aborted any more once its scope is left', () => {
    const { signal } = new AbortController()
    const rest = cutter(signal)
    rest.cut()
    rest[Symbol.dispose]()
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0])
    vi.advanceTimersByTime(10_000)
    expect(rest.signal.aborted).toBe(false)
  })

  it('is aborted at once with its signal', () => {
    const source = new AbortController()
    using rest = cutter(source.signal)
    source.abort('shutdown')
    expect(rest.signal.reason).toBe('shutdown')
  })
})
