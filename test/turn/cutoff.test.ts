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
    const rest = cutter(new AbortController().signal)
    rest.cut()
    rest[Symbol.dispose]()
    vi.advanceTimersByTime(10_000)
    expect([rest.signal.aborted, vi.getTimerCount()]).toEqual([false, 0])
  })
})
