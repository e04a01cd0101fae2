import { isIPv6 } from 'node:net'
import { GatewayError } from '../turn/error.ts'
import { RateLimit } from './rate.ts'

const maxKnown = 10_000

/**
 * Limits wrong tokens by address. While an address is out of attempts, no token that is new there is
 * looked at, so that guessing cannot go on; one that was right there before goes on being right, so that
 * one bad client behind a proxy or a container's network does not lock out all others.
 */
export class Attempts {
  readonly #wrong: RateLimit
  readonly #known = new Set<string>()

  constructor(wrong = new RateLimit(10)) {
    this.#wrong = wrong
  }

  /** Counts an attempt; `client` is whose token it was. Throws `rate_limited` when the address must wait. */
  count(address: string, client: string | undefined): void {
    const network = networkOf(address)
    if (client !== undefined && this.#known.has(`${network} ${client}`)) return
    const { allowed, waitMs } = client === undefined ? this.#wrong.take(network) : this.#wrong.look(network)
    if (!allowed)
      throw new GatewayError('rate_limited', 'Too many wrong API keys came from this address.', {
        retryAfter: Math.ceil(waitMs / 1000)
      })
    if (client !== undefined) this.#remember(`${network} ${client}`)
  }

  #remember(known: string): void {
    this.#known.add(known)
    const [oldest] = this.#known.size > maxKnown ? this.#known : []
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

/** One customer has a whole /64 of IPv6. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::') || !isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':')
  const zeros = Array<string>(Math.max(0, 8 - groups.length - (tail === '' ? 0 : tail.split(':').length))).fill('0')
  return [...groups, ...zeros].slice(0, 4).join(':')
}
