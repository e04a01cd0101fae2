import type { LimitPeriod as PeriodName } from '../turn/limit.ts'

/** From `since` to before `until`, in Unix seconds. */
export interface Period {
  readonly since: number
  readonly until: number
}

const secondsInDay = 86_400
/** Of `Date.getUTCDay`. */
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** Periods of the calendar in one time zone. They are computed when they are asked for: nothing is ever reset. */
export class Calendar {
  readonly zone: string
  readonly #weekStart: number
  #made: Intl.DateTimeFormat | undefined
  readonly #latest = new Map<PeriodName, Period>()

  /** `zone` is an IANA name; throws a `RangeError` for one that is not known. */
  constructor(zone = 'UTC', weekStart: (typeof weekdays)[number] = 'monday') {
    this.zone = zone
    this.#weekStart = weekdays.indexOf(weekStart)
    if (zone !== 'UTC') void this.#format // throws now
  }

  /** Not made before it is needed: what Intl loads takes 8 MB. */
  get #format(): Intl.DateTimeFormat {
    const numeric = 'numeric'
    return (this.#made ??= new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: this.zone,
      hourCycle: 'h23',
      ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric }
    }))
  }

  /** The period that `at` is in. */
  periodOf(name: PeriodName, at: number): Period {
    const latest = this.#latest.get(name)
    if (latest && at >= latest.since && at < latest.until) return latest
    const period = this.#compute(name, at)
    this.#latest.set(name, period)
    return period
  }

  /** The local day with the date that `noon` has in UTC. */
  dayNear(noon: number): Period {
    return this.#days(Math.floor(noon / secondsInDay), 1)
  }

  #compute(name: PeriodName, at: number): Period {
    switch (name) {
      case 'minute':
        return { since: at - (at % 60), until: at - (at % 60) + 60 }
      case 'hour': {
        const local = this.#localSeconds(at)
        return { since: at - (local % 3600), until: at - (local % 3600) + 3600 }
      }
      case 'day':
        return this.#days(this.#localDay(at), 1)
      case 'week': {
        const day = this.#localDay(at)
        const weekday = (day + 4) % 7 // 1970-01-01 was a Thursday
        return this.#days(day - ((weekday - this.#weekStart + 7) % 7), 7)
      }
      case 'month': {
        const date = new Date(this.#localDay(at) * secondsInDay * 1000)
        const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000 / secondsInDay
        const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000 / secondsInDay
        return this.#days(first, next - first)
      }
      case 'ever':
        return { since: 0, until: Infinity }
    }
  }

  #days(first: number, count: number): Period {
    return { since: this.#beginOf(first), until: this.#beginOf(first + count) }
  }

  /** The first second of a local day, which need not be at 00:00: clocks may be set forward at midnight. */
  #beginOf(day: number): number {
    const quarter = 900
    let [before, after] = [day * secondsInDay - 15 * 3600, day * secondsInDay + 15 * 3600]
    while (after - before > quarter) {
      const middle = before + Math.floor((after - before) / 2 / quarter) * quarter
      if (this.#localDay(middle) >= day) after = middle
      else before = middle
    }
    return after
  }

  /** Days since 1970 on the local calendar. */
  #localDay(at: number): number {
    return Math.floor(this.#localSeconds(at) / secondsInDay)
  }

  /** What the local clock shows, as if it were UTC. */
  #localSeconds(at: number): number {
    const parts: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(at * 1000)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
  }
}
