import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OwnerPermits } from '../../../src/engines/brokered/permits.ts'

/** Permits of which `left` can be taken, and which fail to be released with these errors, one after the other. */
function sharesOf(left: number, errors: unknown[] = []) {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const calls: string[] = []
  const permits = {
    limit: async (count: number) => void calls.push(`limit ${count}`),
    take: async () => (left-- > 0 ? 7 : undefined),
    release: async (permit: number) => {
      calls.push(`release ${permit}`)
      if (errors.length > 0) throw errors.shift()
    },
    sweep: async () => void calls.push('sweep'),
    forget: () => {}
  }
  return { shares: new OwnerPermits(permits, 'own', () => true), calls }
}

const failing = (count: number) => Array.from({ length: count }, () => new Error('no answer'))
const releases = (calls: string[]) => calls.filter((call) => call === 'release 7').length

describe('permits that all front ends share', () => {
  it('are taken within the limit; where none is left those of dead ones are freed, once in ten seconds', async () => {
    const { shares, calls } = sharesOf(1)
    expect(await shares.take('a', 3)).toBeTypeOf('function')
    expect(calls).toEqual(['limit 3'])
    for (let time = 0; time < 2; time++) expect(await shares.take('a', 3)).toBeUndefined()
    expect(calls.filter((call) => call === 'sweep')).toHaveLength(1)
    vi.advanceTimersByTime(10_000)
    await shares.take('a', 3)
    expect(calls.filter((call) => call === 'sweep')).toHaveLength(2)
  })

  it('are released again each second until that works, ten times at most', async () => {
    const { shares, calls } = sharesOf(2, failing(2))
    const [first, second] = [await shares.take('a', 3), await shares.take('a', 3)]
    first?.()
    await vi.advanceTimersByTimeAsync(999)
    expect(releases(calls)).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(releases(calls)).toBe(3)
    const other = sharesOf(1, failing(100))
    ;(await other.shares.take('a', 3))?.()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(releases(other.calls)).toBe(11)
    expect(second).toBeTypeOf('function')
  })

  it('are free again where the answer to taking them was lost, but not those that are used or on their way', async () => {
    const stored = new Map<number, string>([[1, 'other']])
    const answers: (() => void)[] = []
    const permits = {
      limit: async () => {},
      take: async () => {
        if (stored.size >= 4) return undefined
        const permit = stored.size + 1
        stored.set(permit, 'own')
        if (permit === 3) throw new Error('no answer')
        if (permit === 4) await new Promise<void>((resolve) => answers.push(resolve))
        return permit
      },
      release: async (permit: number) => void stored.delete(permit),
      sweep: async (isHeld: (holder: string, permit: number) => boolean) => {
        for (const [permit, holder] of stored) if (!isHeld(holder, permit)) stored.delete(permit)
      },
      forget: () => {}
    }
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const shares = new OwnerPermits(permits, 'own', () => true)
    await shares.take('a', 4)
    await expect(shares.take('a', 4)).rejects.toThrow('no answer')
    const late = shares.take('a', 4)
    await vi.advanceTimersByTimeAsync(0)
    expect(await shares.take('a', 4)).toBeUndefined() // and a sweep
    expect([...stored.keys()]).toEqual([1, 2, 3, 4])
    for (const answer of answers) answer()
    await late
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await shares.take('a', 4)).toBeUndefined()
    expect([...stored.keys()]).toEqual([1, 2, 4])
  })

  it('are gone with the broker that gave them, and nothing is tried once they are disposed of', async () => {
    const lost = sharesOf(1, [Object.assign(new Error('no message found'), { code: 10_043 })])
    ;(await lost.shares.take('a', 3))?.()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(releases(lost.calls)).toBe(1)
    const disposed = sharesOf(1, failing(100))
    ;(await disposed.shares.take('a', 3))?.()
    await vi.advanceTimersByTimeAsync(1_000)
    disposed.shares[Symbol.dispose]()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(releases(disposed.calls)).toBe(2)
  })
})
