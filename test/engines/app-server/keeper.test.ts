import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../../src/engines/app-server/connection.ts'
import { Keeper } from '../../../src/engines/app-server/keeper.ts'

/** A connection that is told what becomes of it. */
class FakeConnection {
  usable = true
  stopped = 0
  lost: Promise<void>
  lose = () => {}
  readonly #opens: boolean

  constructor(opens: boolean) {
    this.#opens = opens
    this.lost = new Promise((resolve) => {
      this.lose = () => {
        this.usable = false
        resolve()
      }
    })
  }

  async open(): Promise<void> {
    if (!this.#opens) throw new Error('does not open')
  }

  async stop(): Promise<void> {
    this.stopped++
    this.lose()
  }
}

describe('the keeper of app-servers', () => {
  const started: FakeConnection[] = []
  const keeper = (opens = (_number: number) => true) =>
    new Keeper(() => {
      const connection = new FakeConnection(opens(started.length + 1))
      started.push(connection)
      return connection as unknown as Connection
    })
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    started.length = 0
  })

  it('starts one for all who ask at once', async () => {
    const kept = keeper()
    const leases = await Promise.all([kept.lease(), kept.lease(), kept.lease()])
    expect(started).toHaveLength(1)
    for (const lease of leases) lease[Symbol.dispose]()
    expect(started[0]?.stopped).toBe(0)
    await kept.close()
    expect(started[0]?.stopped).toBeGreaterThan(0)
    await expect(kept.lease()).rejects.toThrow('shutting down')
  })

  it('lets one that is no longer usable finish its turns, and then stops it', async () => {
    const kept = keeper()
    const [first, second] = [await kept.lease(), await kept.lease()]
    started[0]!.usable = false
    const third = await kept.lease()
    expect(started).toHaveLength(2)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    expect(started[0]?.stopped).toBe(0)
    second[Symbol.dispose]()
    expect(started[0]?.stopped).toBe(1)
    third[Symbol.dispose]()
    expect(started[1]?.stopped).toBe(0)
  })

  it('starts at most five a minute, the later ones later', async () => {
    const kept = keeper(() => false)
    for (let number = 0; number < 2; number++) await expect(kept.lease()).rejects.toThrow('does not open')
    expect(started).toHaveLength(2)
    for (const wait of [250, 500, 1_000]) {
      const lease = expect(kept.lease()).rejects.toThrow('does not open')
      await vi.advanceTimersByTimeAsync(wait - 1)
      const before = started.length
      await vi.advanceTimersByTimeAsync(1)
      await lease
      expect(started).toHaveLength(before + 1)
    }
    await expect(kept.lease()).rejects.toMatchObject({ code: 'engine_stopped', retryAfter: 59 })
    expect(started).toHaveLength(5)
    await vi.advanceTimersByTimeAsync(60_000)
    await expect(kept.lease()).rejects.toThrow('does not open')
    expect(started).toHaveLength(6)
  })
})
