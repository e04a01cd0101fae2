import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppServerSupervisor } from '../../src/workspaces/app-server-supervisor.ts'
import type { SupervisorOptions } from '../../src/workspaces/app-server-supervisor.ts'

/** A connection that a test opens, or not, and loses. */
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

describe('the supervisor of an app-server', () => {
  const started: FakeConnection[] = []
  const supervisor = (opens = (_number: number) => true, options?: SupervisorOptions) =>
    new AppServerSupervisor(() => {
      const connection = new FakeConnection(opens(started.length + 1))
      started.push(connection)
      return connection
    }, options)
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    started.length = 0
  })

  it('starts one for all who ask at once', async () => {
    const supervised = supervisor()
    const leases = await Promise.all([supervised.lease(), supervised.lease(), supervised.lease()])
    expect(started).toHaveLength(1)
    for (const lease of leases) lease[Symbol.dispose]()
    expect(started[0]?.stopped).toBe(0)
    await supervised.close()
    expect(started[0]?.stopped).toBeGreaterThan(0)
    await expect(supervised.lease()).rejects.toThrow('shutting down')
  })

  it('stops one that is no longer usable once its turns are over', async () => {
    const supervised = supervisor()
    const [first, second] = [await supervised.lease(), await supervised.lease()]
    started[0]!.usable = false
    const third = await supervised.lease()
    expect(started).toHaveLength(2)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    expect(started[0]?.stopped).toBe(0)
    second[Symbol.dispose]()
    expect(started[0]?.stopped).toBe(1)
    third[Symbol.dispose]()
    expect(started[1]?.stopped).toBe(0)
  })

  it('replaces one that started without a login, once there is one', async () => {
    let isLoggedIn = false
    const supervised = supervisor(undefined, { isLoggedIn: async () => isLoggedIn })
    const before = [await supervised.lease(), await supervised.lease()]
    expect(started).toHaveLength(1)
    isLoggedIn = true
    const after = [await supervised.lease(), await supervised.lease()]
    expect(started).toHaveLength(2)
    for (const lease of before) lease[Symbol.dispose]()
    expect(started.map(({ stopped }) => stopped)).toEqual([1, 0])
    for (const lease of after) lease[Symbol.dispose]()
  })

  it('replaces one from which other things are hidden than from a new one', async () => {
    let hiding = 'nothing'
    const supervised = supervisor(undefined, { hiding: () => hiding })
    for (const what of ['nothing', '.env', '.env']) {
      hiding = what
      const lease = await supervised.lease()
      lease[Symbol.dispose]()
    }
    expect(started.map(({ stopped }) => stopped > 0)).toEqual([true, false])
  })

  it('starts at most five a minute, the later ones later', async () => {
    const supervised = supervisor(() => false)
    for (let number = 0; number < 2; number++) await expect(supervised.lease()).rejects.toThrow('does not open')
    expect(started).toHaveLength(2)
    for (const wait of [250, 500, 1_000]) {
      const lease = expect(supervised.lease()).rejects.toThrow('does not open')
      await vi.advanceTimersByTimeAsync(wait - 1)
      const before = started.length
      await vi.advanceTimersByTimeAsync(1)
      await lease
      expect(started).toHaveLength(before + 1)
    }
    await expect(supervised.lease()).rejects.toMatchObject({ code: 'overloaded', retryAfter: 59 })
    expect(started).toHaveLength(5)
    await vi.advanceTimersByTimeAsync(60_000)
    await expect(supervised.lease()).rejects.toThrow('does not open')
    expect(started).toHaveLength(6)
  })

  it('stops one that was idle for `idleMs`, and starts another when needed', async () => {
    const supervised = supervisor(() => true, { idleMs: 1_000 })
    const [first, second] = [await supervised.lease(), await supervised.lease()]
    first[Symbol.dispose]()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(started[0]?.stopped).toBe(0) // the second is still there
    second[Symbol.dispose]()
    await vi.advanceTimersByTimeAsync(999)
    const third = await supervised.lease()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(started).toMatchObject([{ stopped: 0 }]) // leased again in time
    third[Symbol.dispose]()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(started[0]?.stopped).toBeGreaterThan(0)
    for (let number = 2; number <= 8; number++) {
      const lease = await supervised.lease()
      expect(started).toHaveLength(number)
      lease[Symbol.dispose]()
      await vi.advanceTimersByTimeAsync(1_000)
    }
    await supervised.close()
  })

  it('stops none for being idle without `idleMs`', async () => {
    const supervised = supervisor()
    ;(await supervised.lease())[Symbol.dispose]()
    await vi.advanceTimersByTimeAsync(1e9)
    expect(started).toMatchObject([{ stopped: 0 }])
  })
})
