import fc from 'fast-check'
import { expect, it } from 'vitest'
import { usageReport } from '../../src/ledger/report.ts'
import { storeFolder } from '../store/opened.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

const begin = Date.UTC(2026, 9, 23) / 1000 // clocks go back in the night to the 25th in Berlin
const minute = fc.integer({ min: 0, max: 5 * 1_440 }).map((count) => begin + count * 60)

/** The date on a local calendar. */
const dateIn = (timeZone: string, at: number) => new Date(at * 1000).toLocaleDateString('sv', { timeZone })

it.each(['Europe/Berlin', 'Asia/Kathmandu'])(
  'the sums of any time are those of its minutes, however it begins and ends, in %s',
  { timeout: 60_000 },
  async (zone) => {
    let now = begin
    const { ledger } = openedLedger(await storeFolder(), { now: () => now * 1000, zone })
    ledger.start()
    const used: { at: number; owner: string; input: number }[] = []
    for (let place = 0; place < 60; place++) {
      now += 60 * (1 + ((place * 7_919) % 230))
      const one = { at: now, owner: place % 3 === 0 ? 'anna' : 'bob', input: 1 + place }
      used.push(one)
      await spend(ledger, [counted('r', one.input), completed], { owner: one.owner })
    }
    const expected = (since: number, until: number, keyOf: (one: (typeof used)[number]) => string) => {
      const sums = new Map<string, number>()
      for (const one of used)
        if (one.at >= since && one.at < until) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.input)
      return [...sums].toSorted()
    }
    fc.assert(
      fc.property(minute, minute, (one, other) => {
        const [since, until] = [Math.min(one, other), Math.max(one, other)]
        const report = (by: Parameters<typeof usageReport>[1]['by'], of = {}) =>
          usageReport(ledger, { since, until, by, of })
        const byDay = report(['day', 'principal']).map(({ day, principal, sums }) => [
          `${dateIn(zone, Number(day))} ${principal}`,
          sums.input
        ])
        expect(byDay).toEqual(expected(since, until, ({ at, owner }) => `${dateIn(zone, at)} ${owner}`))
        const [all] = report([], { principal: 'bob' })
        expect(all?.sums.input).toBe(
          expected(since, until, ({ owner }) => owner).find(([name]) => name === 'bob')?.[1] ?? 0
        )
        const hours = report(['day', 'hour']).map(({ day, hour, sums }) => [
          `${dateIn(zone, Number(day))} ${hour}`,
          sums.input
        ])
        expect(hours).toEqual(expected(since, until, ({ at }) => `${dateIn(zone, at)} ${at - (at % 3600)}`))
      }),
      { numRuns: 20 }
    )
  }
)
