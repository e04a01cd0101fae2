/** How long what is counted counts. `ever` has no end. */
export const limitPeriods = ['minute', 'hour', 'day', 'week', 'month', 'ever'] as const
export type LimitPeriod = (typeof limitPeriods)[number]

/** What a limit is on. Requests are turns; tokens are input and output together; money is in dollars. */
export const limitKinds = ['requests', 'tokens', 'usd'] as const
export type LimitKind = (typeof limitKinds)[number]

/** So much of something in each period of the calendar. Dollars are counted in billionths. */
export interface Limit {
  readonly what: LimitKind
  readonly per: LimitPeriod
  readonly max: number
}

/** What a text has to be to be a limit, for messages. */
export const limitForm =
  '"2M tokens a day": a number (with k or M), requests, tokens or usd, and minute, hour, day, week, month or ever'

const form = /^(\d{1,12}(?:\.\d{1,9})?)(k|m)?\s+(requests?|tokens?|usd)\s+(?:an?\s+|per\s+|for\s+)?([a-z]+)$/i

/** `2M tokens a day` or `20 usd a month`; undefined for anything else. */
export function limitFrom(text: string): Limit | undefined {
  const [, number, unit = '', word = '', period] = form.exec(text.trim()) ?? []
  const per = limitPeriods.find((one) => one === period?.toLowerCase())
  if (number === undefined || per === undefined) return undefined
  const count = Number(number) * { '': 1, k: 1e3, m: 1e6 }[unit.toLowerCase() as '' | 'k' | 'm']
  const what = limitKinds.find((kind) => kind.startsWith(word.toLowerCase().replace(/s$/, ''))) ?? 'tokens'
  return { what, per, max: Math.round(what === 'usd' ? count * 1e9 : count) }
}

/** A limit as people write it. */
export function limitText({ what, per, max }: Limit): string {
  const count = what === 'usd' ? max / 1e9 : max
  const unit = what !== 'usd' && max === 1 ? what.slice(0, -1) : what
  return `${count.toLocaleString('en', { maximumFractionDigits: 9 })} ${unit} ${per === 'ever' ? 'ever' : per === 'hour' ? 'an hour' : `a ${per}`}`
}
