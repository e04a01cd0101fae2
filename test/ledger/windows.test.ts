import { describe, expect, it } from 'vitest'
import { ReportedWindows } from '../../src/codex/app-server/rate-limits.ts'
import { shareRefusal } from '../../src/ledger/fair-share.ts'
import { outside } from '../../src/ledger/windows.ts'
import { storeFolder } from '../store/opened.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

const start = Date.UTC(2026, 10, 27, 12) / 1000
const report = (primary: object | null, secondary: object | null = null, limitId = 'codex') =>
  new ReportedWindows().update({ rateLimits: { limitId, primary, secondary } })
const window = (usedPercent: number, minutes = 300, resetsAt = start + 9_000) => ({
  ...{ usedPercent, windowDurationMins: minutes, resetsAt }
})

async function started() {
  let now = start
  const { ledger } = openedLedger(await storeFolder(), { now: () => now * 1000 })
  ledger.start()
  const later = (seconds: number) => (now += seconds)
  return { ledger, later, current: () => ledger.windows.current(now) }
}

describe('the windows of the account', () => {
  it('are told apart by their duration, and not forgotten by an answer without them', async () => {
    const { ledger, later, current } = await started()
    ledger.observe(report(window(42), window(130.7, 10_080, start + 300_000)))
    ledger.observe(report(null))
    later(60)
    ledger.observe(report(window(-3, 10_080, start + 900_000))) // the week as the first one, begun anew
    expect(current()).toEqual([
      { limit: 'codex', minutes: 300, usedPercent: 42, resetsAt: start + 9_000, observedAt: start },
      { limit: 'codex', minutes: 10_080, usedPercent: 0, resetsAt: start + 900_000, observedAt: start + 60 }
    ])
    later(9_000)
    expect(current()).toMatchObject([{ minutes: 10_080 }])
  })

  it('are divided among those who used tokens since they last moved; the rest was elsewhere', async () => {
    const { ledger, current } = await started()
    ledger.observe(report(window(10)))
    await spend(ledger, [counted('r1', 3_000), completed], { owner: 'anna' })
    await spend(ledger, [counted('r1', 1_000), completed], { owner: 'bob' })
    ledger.observe(report(window(10)))
    ledger.observe(report(window(18, 300, start + 9_060)))
    ledger.observe(report(window(20)))
    const [shown] = current()
    expect(Object.fromEntries(ledger.windows.partsOf(shown!))).toEqual({ anna: 6, bob: 2, [outside]: 2 })
  })

  it('are shared out where they will not last, and only then', () => {
    const parts = new Map([
      ['anna', 50],
      ['bob', 5],
      [outside, 5]
    ])
    const settings = { free: 50, weights: { anna: 1, bob: 1 } }
    const refused = (name: string, usedPercent: number, secondsLeft: number) =>
      shareRefusal(
        name,
        { limit: 'codex', minutes: 300, usedPercent, resetsAt: start + secondsLeft, observedAt: 0 },
        parts,
        {
          settings,
          now: start
        }
      )
    expect(refused('anna', 60, 17_000)).toMatchObject({ code: 'usage_limit_exceeded', retryAfter: 17_000 })
    expect([refused('bob', 60, 17_000), refused('anna', 60, 3_000), refused('anna', 40, 17_000)]).toEqual([
      ...[undefined, undefined, undefined]
    ])
  })

  it('refuse the turns of those who have had their share', async () => {
    const { ledger } = await started()
    ledger.observe(report(window(10, 300, start + 17_000)))
    await spend(ledger, [counted('r1', 3_000), completed], { owner: 'anna' })
    ledger.observe(report(window(95, 300, start + 17_000)))
    ledger.shares = { free: 50, weights: { anna: 1, bob: 1 } }
    expect((await spend(ledger, [completed], { owner: 'anna' })).at(-1)).toMatchObject({
      error: { code: 'usage_limit_exceeded', message: expect.stringContaining('your share is 50.0 %') as string }
    })
    expect((await spend(ledger, [completed], { owner: 'bob' })).at(-1)).toEqual(completed)
  })
})
