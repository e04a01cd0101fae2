import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Automation } from '../../../src/agents/automations/automation.ts'
import type { Schedule } from '../../../src/agents/automations/schedule.ts'
import type { AutomationStore } from '../../../src/agents/automations/store.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { AutomationGateways } from './automation-gateways.ts'

const page = { limit: 100, order: 'asc' } as const
const all = { ...page, workspaces: ['default'] }
let gateways: AutomationGateways
beforeEach(() => {
  gateways = new AutomationGateways()
})
afterEach(() => gateways[Symbol.dispose]())

const at = (time: string) => (gateways.now = Date.parse(`2026-${time}Z`))
const target = { type: 'existing_session', instructions: 'Go.', session_id: 'asess_1' } as const
const add = (store: AutomationStore, name: string, schedule: Schedule, owner = 'ada') =>
  store.add(owner, { name, metadata: {}, schedule, target, workspace: 'default', caller: {} })
const berlin = (expression: string): Schedule => ({ type: 'periodic', expression, timezone: 'Europe/Berlin' })
const statuses = (store: AutomationStore, automation: Automation) =>
  store.invocations(automation, page).values.map(({ status }) => status)

describe('automations', () => {
  it('are done at their times, in a night with a gap and in one with an hour twice', async () => {
    const { store, look, given } = gateways.startNoting()
    at('03-28T12:00')
    add(store, 'nightly', berlin('30 2 * * *'))
    for (let hour = 0; hour < 48 * 2; hour++) {
      gateways.now += 1_800_000
      await look()
    }
    expect(given).toEqual(['nightly 03-29T01:00', 'nightly 03-30T00:30'])
    at('10-24T12:00')
    await look()
    given.length = 0
    for (let hour = 0; hour < 40 * 2; hour++) {
      gateways.now += 1_800_000
      await look()
    }
    expect(given).toEqual(['nightly 10-25T00:30', 'nightly 10-26T01:30'])
  })

  it('that nobody was there for are done once, late, and then at their times', async () => {
    const first = gateways.startNoting()
    at('05-01T00:30')
    const hourly = add(first.store, 'hourly', berlin('0 * * * *'))
    const once = add(first.store, 'once', { type: 'once', runAt: Date.parse('2026-05-01T02:00Z') })
    await first.look()
    first.die()
    at('05-03T10:15')
    const second = gateways.startNoting()
    await second.look()
    await second.look()
    expect(second.given.toSorted()).toEqual(['hourly 05-01T01:00', 'once 05-01T02:00'])
    at('05-03T11:00')
    await second.look()
    expect(second.given.slice(2)).toEqual(['hourly 05-03T11:00'])
    expect(second.store.find('ada', once.id).status).toBe('completed')
    expect(second.store.find('ada', hourly.id).status).toBe('active')
  })

  it('are done late all the same where something else of them is changed before', async () => {
    const { store, look, given } = gateways.startNoting()
    at('05-01T00:30')
    const runAt = Date.parse('2026-05-01T02:00Z')
    const made = [add(store, 'hourly', berlin('0 * * * *')), add(store, 'once', { type: 'once', runAt })]
    at('05-03T10:15')
    for (const one of made) store.change(one, { name: one.name, schedule: { ...one.schedule } })
    expect((await look(), given.toSorted())).toEqual(['hourly 05-01T01:00', 'once 05-01T02:00'])
  })

  it('are done at their moment by a gateway that looks at nothing before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    try {
      const { store, runner, given } = gateways.startNoting()
      at('05-01T00:30')
      runner.start()
      add(store, 'soon', { type: 'once', runAt: gateways.now + 9_000 })
      runner.look()
      gateways.now += 9_000
      await vi.advanceTimersByTimeAsync(8_990)
      expect(given).toEqual([])
      await vi.advanceTimersByTimeAsync(20)
      expect(given).toEqual(['soon 05-01T00:30'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('are each done once by gateways that share a store', async () => {
    const one = gateways.startNoting()
    const other = gateways.startNoting()
    at('05-01T00:30')
    for (const name of ['a', 'b', 'c', 'd']) add(one.store, name, berlin('* * * * *'))
    for (let minute = 0; minute < 20; minute++) {
      gateways.now += 60_000
      await Promise.all([one.look(), other.look(), one.look()])
    }
    const all = [...one.given, ...other.given]
    expect(all.length).toBe(80)
    expect(new Set(all).size).toBe(80)
  })

  it('of a gateway that died are given by another, under the same id', async () => {
    const ids: string[] = []
    const dying = gateways.start(({ invocation }) => {
      ids.push(invocation.id)
      return new Promise(() => {})
    })
    at('05-01T00:30')
    const automation = add(dying.store, 'a', berlin('0 * * * *'))
    at('05-01T01:00')
    dying.runner.look()
    const other = gateways.start(async ({ invocation }) => void ids.push(invocation.id))
    await other.look()
    expect(ids.length).toBe(1)
    dying.die()
    await other.look()
    expect(ids).toEqual([ids[0], ids[0]])
    expect(statuses(other.store, automation)).toEqual(['completed'])
  })

  it('are skipped while an earlier time waits for its session, which is not forgotten', async () => {
    let isBusy = true
    const { store, look } = gateways.start(async () => {
      if (isBusy) throw new GatewayError('thread_busy', 'busy')
    })
    at('05-01T00:30')
    const automation = add(store, 'a', berlin('0 * * * *'))
    for (const time of ['05-01T01:00', '05-01T02:00', '05-01T03:00']) {
      at(time)
      await look()
    }
    expect(store.invoke(automation).status).toBe('skipped')
    expect(statuses(store, automation)).toEqual(['queued', 'skipped', 'skipped', 'skipped'])
    isBusy = false
    gateways.now += 1_000
    await look()
    expect(statuses(store, automation)[0]).toBe('completed')
  })

  it('wait while they are paused, but not for who asks', async () => {
    const { store, look, given } = gateways.startNoting()
    at('05-01T00:30')
    const automation = add(store, 'a', berlin('0 * * * *'))
    store.change(automation, { status: 'paused' })
    at('05-01T01:00')
    await look()
    store.invoke(automation)
    await look()
    expect(given).toEqual(['a now'])
    store.change(automation, { status: 'active' })
    at('05-01T02:00')
    await look()
    expect(given).toEqual(['a now', 'a 05-01T02:00'])
  })

  it('that find no room are tried again, and fail with a reason in the end', async () => {
    let tries = 0
    const { store, look } = gateways.start(async () => {
      tries++
      throw new GatewayError('overloaded', 'No slot is free.')
    })
    at('05-01T00:30')
    const automation = add(store, 'a', { type: 'once', runAt: gateways.now + 1 })
    for (let minute = 0; minute < 30; minute++) {
      gateways.now += 60_000
      await look()
    }
    expect(tries).toBe(21)
    expect(store.invocations(automation, page).values).toMatchObject([
      { status: 'failed', error: { code: 'overloaded', message: 'No slot is free.' } }
    ])
  })

  it('have bounds, with a share for each owner, and stay its owner’s', () => {
    const { store } = gateways.startNoting()
    const mine = Array.from({ length: 5 }, (_, index) => add(store, `a${index}`, berlin('0 * * * *')))
    expect(() => add(store, 'x', berlin('0 * * * *'))).toThrow(/too many/)
    add(store, 'b', berlin('0 * * * *'), 'bob')
    expect(() => store.find('bob', mine[0]!.id)).toThrow('Resource not found.')
    expect(store.delete('bob', mine[0]!.id)).toBe(false)
    expect(store.list('bob', all).values.map(({ name }) => name)).toEqual(['b'])
    const first = store.list('ada', { ...all, limit: 2 })
    expect([first.values.length, first.hasMore]).toEqual([2, true])
    expect(store.list('ada', { ...all, session: 'asess_2' }).values).toEqual([])
  })

  it('keep a hundred of what they have done', async () => {
    const { store, look } = gateways.startNoting()
    at('05-01T00:30')
    const automation = add(store, 'a', berlin('* * * * *'))
    for (let minute = 0; minute < 130; minute++) {
      gateways.now += 60_000
      await look()
    }
    expect(store.invocations(automation, { ...page, limit: 1_000 }).values.length).toBeLessThanOrEqual(101)
  })
})
