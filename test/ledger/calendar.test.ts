import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Calendar } from '../../src/ledger/calendar.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana', // clocks go back at 1:00, to a second midnight
  'America/Santiago', // clocks go forward at midnight
  'Asia/Beirut',
  'Asia/Kathmandu', // 45 minutes
  'Australia/Lord_Howe', // summer time is half an hour
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'Asia/Tehran'
]
const hour = 3600
const at = fc.integer({ min: Date.UTC(2023, 0, 1) / 1000, max: Date.UTC(2030, 0, 1) / 1000 })

/** The date on a local calendar, by another way. */
const dateIn = (zone: string, seconds: number) =>
  new Date(seconds * 1000).toLocaleDateString('sv', { timeZone: zone, calendar: 'gregory' })

describe('a calendar', () => {
  it.each(zones)('has days, weeks and months without a gap in %s', (zone) => {
    const calendar = new Calendar(zone)
    fc.assert(
      fc.property(at, fc.constantFrom('day', 'week', 'month'), (time, name) => {
        const { since, until } = calendar.periodOf(name, time)
        const next = calendar.periodOf(name, until)
        expect([since <= time, time < until, next.since]).toEqual([true, true, until])
        expect(dateIn(zone, since)).not.toBe(dateIn(zone, since - 1))
        const days = Math.round((until - since) / (24 * hour))
        expect(days).toBeGreaterThanOrEqual({ day: 1, week: 7, month: 28 }[name])
        expect(days).toBeLessThanOrEqual({ day: 1, week: 7, month: 31 }[name])
        if (name === 'day') expect(dateIn(zone, since)).toBe(dateIn(zone, time))
        if (name === 'month') expect(dateIn(zone, since)).toMatch(/-01$/)
        if (name === 'week') expect(new Date(dateIn(zone, since)).getUTCDay()).toBe(1)
      }),
      { numRuns: 60 }
    )
  })

  it('knows days of 23, 23.5 and 25 hours', () => {
    const lengthOf = (zone: string, date: number) => {
      const { since, until } = new Calendar(zone).periodOf('day', date / 1000)
      return (until - since) / hour
    }
    expect(lengthOf('Europe/Berlin', Date.UTC(2026, 2, 29, 12))).toBe(23)
    expect(lengthOf('Europe/Berlin', Date.UTC(2026, 9, 25, 12))).toBe(25)
    expect(lengthOf('Australia/Lord_Howe', Date.UTC(2026, 9, 4, 3))).toBe(23.5)
  })

  it('begins weeks on the day that is set, and hours and minutes on the local clock', () => {
    const noon = Date.UTC(2026, 10, 27, 12, 34, 56) / 1000 // a Friday
    expect(new Calendar('UTC', 'sunday').periodOf('week', noon).since).toBe(Date.UTC(2026, 10, 22) / 1000)
    expect(new Calendar('Asia/Kathmandu').periodOf('hour', noon)).toEqual({
      since: Date.UTC(2026, 10, 27, 12, 15) / 1000,
      until: Date.UTC(2026, 10, 27, 13, 15) / 1000
    })
    expect(new Calendar().periodOf('minute', noon).since).toBe(noon - 56)
    expect(new Calendar().periodOf('ever', noon)).toEqual({ since: 0, until: Infinity })
  })

  it('refuses a zone that is not known', () => {
    expect(() => new Calendar('Europe/Atlantis')).toThrow(RangeError)
  })
})
