import { describe, expect, it } from 'vitest'
import { expressionProblem, isTimezone, nextOccurrence } from '../../../src/agents/automations/schedule.ts'

/** The first occurrences behind a time, as ISO 8601. */
function occurrences(expression: string, timezone: string, after: string, count: number): string[] {
  const found: string[] = []
  let last = Date.parse(after)
  while (found.length < count) {
    const next = nextOccurrence({ type: 'periodic', expression, timezone }, last)
    if (next === undefined) break
    found.push(new Date(next).toISOString().slice(0, 16))
    last = next
  }
  return found
}

describe('a schedule', () => {
  it('is of its time zone, also where the clocks change', () => {
    expect(occurrences('0 9 * * 1-5', 'America/New_York', '2026-03-05T20:00Z', 3)).toEqual([
      ...['2026-03-06T14:00', '2026-03-09T13:00', '2026-03-10T13:00']
    ])
  })

  it('takes a time that the clocks leave out at the end of the gap', () => {
    expect(occurrences('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3)).toEqual([
      ...['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']
    ])
  })

  it('takes a time that the clocks show twice once, but every hour is every hour', () => {
    expect(occurrences('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      ...['2026-10-25T00:30', '2026-10-26T01:30']
    ])
    expect(occurrences('30 * * * *', 'Europe/Berlin', '2026-10-24T23:00Z', 4)).toEqual([
      ...['2026-10-24T23:30', '2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30']
    ])
  })

  it('has days of the month or of the week where both are given, and leap years', () => {
    expect(occurrences('0 0 13 * 5', 'UTC', '2026-03-01T00:00Z', 3)).toEqual([
      ...['2026-03-06T00:00', '2026-03-13T00:00', '2026-03-20T00:00']
    ])
    expect(occurrences('0 0 29 2 *', 'UTC', '2026-03-01T00:00Z', 2)).toEqual(['2028-02-29T00:00', '2032-02-29T00:00'])
  })

  it('that runs once has one time', () => {
    expect(nextOccurrence({ type: 'once', runAt: 5 }, 4)).toBe(5)
    expect(nextOccurrence({ type: 'once', runAt: 5 }, 5)).toBeUndefined()
  })
})

it.each(['60 * * * *', '* * * *', '0 0 0 1 1 *', '@daily', 'x', '', '0 0 30 2 *', `${'1,'.repeat(200)}1 * * * *`])(
  'the expression %j is refused',
  (expression) => expect(expressionProblem(expression)).toEqual(expect.any(String))
)

it('time zones are those of IANA', () => {
  expect(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'].every(isTimezone)).toBe(true)
  expect(['Mars/Olympus', '', 'Europe/Berlin; x'].some(isTimezone)).toBe(false)
})
