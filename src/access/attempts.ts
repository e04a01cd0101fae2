import { isIPv6 } from 'node:net'
import { RateLimit } from './rate.ts'
import type { Allowance } from './rate.ts'

/** Limits wrong tokens by address. A right one is not counted here: it always gets in. */
export class Attempts {
  readonly #limit: RateLimit

  constructor(limit = new RateLimit(10)) {
    this.#limit = limit
  }

  /** Counts a wrong token from this IP address; not allowed when there were too many of them. */
  wrong(address: string): Allowance {
    return this.#limit.take(networkOf(address))
  }
}

/** One customer has a whole /64 of IPv6. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::') || !isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':')
  const zeros = Array<string>(Math.max(0, 8 - groups.length - (tail === '' ? 0 : tail.split(':').length))).fill('0')
  return [...groups, ...zeros].slice(0, 4).join(':')
}
