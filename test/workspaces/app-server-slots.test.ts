import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppServerSlots } from '../../src/workspaces/app-server-slots.ts'
import { AppServerSupervisor } from '../../src/workspaces/app-server-supervisor.ts'

const never = new AbortController().signal

/** A connection that takes a while to stop. */
class SlowConnection {
  usable = true
  readonly lost = new Promise<void>(() => {})
  async open(): Promise<void> {}
  async stop(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

describe('the slots of app-servers', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** So many supervisors that share slots, and how many app-servers there are and were at most. */
  function supervisors(count: number, slots: AppServerSlots) {
    const [running, seen] = [new Set<SlowConnection>(), { most: 0, started: 0 }]
    const start = () => {
      const connection = new SlowConnection()
      running.add(connection)
      seen.started++
      seen.most = Math.max(seen.most, running.size)
      return Object.assign(connection, {
        stop: async () => {
          await SlowConnection.prototype.stop.call(connection)
          running.delete(connection)
        }
      })
    }
    const all = Array.from({ length: count }, () => new AppServerSupervisor(start, { slots, idleMs: 60_000 }))
    return { all, running, seen }
  }

  it('bound them when many are needed at once, and serve all, the idle ones first to go', async () => {
    const { all, running, seen } = supervisors(50, new AppServerSlots(8))
    const turns = all.map(async (supervisor) => {
      const lease = await supervisor.lease()
      await new Promise((resolve) => setTimeout(resolve, 20))
      lease[Symbol.dispose]()
    })
    await vi.advanceTimersByTimeAsync(2_000)
    await Promise.all(turns)
    expect(seen).toEqual({ most: 8, started: 50 })
    expect(running.size).toBe(8)
    await vi.advanceTimersByTimeAsync(61_000)
    expect(running.size).toBe(0)
  })

  it('are given up by the one that has been idle longest', async () => {
    const { all } = supervisors(3, new AppServerSlots(2))
    for (const supervisor of [all[0], all[1], all[0]]) {
      ;(await supervisor!.lease())[Symbol.dispose]()
      await vi.advanceTimersByTimeAsync(10)
    }
    const third = all[2]!.lease()
    await vi.advanceTimersByTimeAsync(200)
    using _lease = await third
    expect(all.map(({ state }) => state)).toEqual(['running', 'stopped', 'running'])
  })

  it('are never taken from one with a turn: who waits too long is refused', async () => {
    const { all } = supervisors(2, new AppServerSlots(1, 5_000))
    const first = await all[0]!.lease()
    const refused = expect(all[1]!.lease()).rejects.toMatchObject({ code: 'overloaded', retryAfter: 10 })
    await vi.advanceTimersByTimeAsync(1)
    expect(all.map(({ state }) => state)).toEqual(['running', 'starting'])
    await vi.advanceTimersByTimeAsync(5_000)
    await refused
    expect(all[1]!.state).toBe('stopped')
    first[Symbol.dispose]()
    expect(all[0]!.state).toBe('running')
    const second = all[1]!.lease()
    await vi.advanceTimersByTimeAsync(200)
    ;(await second)[Symbol.dispose]()
  })

  it('are not waited for by a supervisor that is closed', async () => {
    const { all } = supervisors(2, new AppServerSlots(1))
    using _first = await all[0]!.lease()
    const refused = expect(all[1]!.lease()).rejects.toThrow('shutting down')
    await vi.advanceTimersByTimeAsync(1)
    await all[1]!.close()
    await refused
  })

  it('are free again when one could not be started', async () => {
    const slots = new AppServerSlots(1)
    const broken = new AppServerSupervisor(
      (): SlowConnection => {
        throw new Error('cannot start')
      },
      { slots }
    )
    await expect(broken.lease()).rejects.toThrow('cannot start')
    await slots.take({ idleSince: undefined, stop() {} }, never)
    expect(slots.taken).toBe(1)
  })
})
