import { isIPv6 } from 'node:net'
import { RateLimit } from './rate.ts'
import type { Allowance } from './rate.ts'

/** Counts a wrong token from a network with those at other gateways, of so many a minute. */
export type TakeAttempt = (network: string, perMinute: number) => Promise<Allowance>

const attemptsPerMinute = 10

/** Limits wrong tokens by address. A right one is not counted here: it always gets in. */
export class Attempts {
  readonly #limit: RateLimit
  readonly #takeTogether: TakeAttempt | undefined

  /** `takeTogether`: for several gateways; undefined where there is one. */
  constructor(limit = new RateLimit(attemptsPerMinute), takeTogether?: TakeAttempt) {
    this.#limit = limit
    this.#takeTogether = takeTogether
  }

  /** Counts a wrong token from this IP address; not allowed when there were too many of them. What is too many here asks nobody else. */
  wrong(address: string): Allowance | Promise<Allowance> {
    const network = networkOf(address)
    const here = this.#limit.take(network)
    return here.allowed && this.#takeTogether ? this.#takeTogether(network, attemptsPerMinute) : here
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
