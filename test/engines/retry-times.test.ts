import { describe, expect, it } from 'vitest'
import { RetryTimes } from '../../src/engines/retry-times.ts'

describe('when refused requests should come again', () => {
  it('is another time for each, as far apart as places become free', () => {
    const times = new RetryTimes()
    times.ended(2_000)
    expect([1, 2, 3, 4, 5].map(() => times.next('a', 4, 0))).toEqual([3, 3, 4, 4, 5])
  })

  it('is counted for each owner alone, and anew when the times given have passed', () => {
    const times = new RetryTimes()
    times.ended(4_000)
    expect([times.next('a', 2, 0), times.next('a', 2, 0), times.next('b', 2, 0)]).toEqual([6, 8, 6])
    expect(times.next('a', 2, 60_000)).toBe(6)
  })

  it('is at least a second, and never so long that clients ignore it', () => {
    const times = new RetryTimes()
    times.ended(1)
    expect(times.next('a', 4, 0)).toBe(1)
    times.ended(10_000_000)
    expect(times.next('a', 4, 0)).toBe(55)
  })

  it('is no second longer because of how fractions add up', () => {
    expect(new RetryTimes().next('a', 1, 57_919.77237526085)).toBe(20)
  })

  it('follows how long turns take, the first of them at once', () => {
    const times = new RetryTimes()
    expect(times.next('a', 1, 0)).toBe(20)
    times.ended(1_000)
    expect(times.next('b', 1, 0)).toBe(2)
    times.ended(9_000)
    expect(times.next('c', 1, 0)).toBe(4)
  })
})
