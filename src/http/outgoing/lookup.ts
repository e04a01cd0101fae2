import { lookup as systemLookup } from 'node:dns'
import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** As `dns.lookup` with `all`. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
) => void

/** A name that leads to none of the addresses that are allowed. */
export class NoAddressError extends Error {}

/**
 * Looks names up for a socket, and gives it allowed addresses only. The socket connects to what it is given here, so that no
 * other address can be behind the name by then.
 */
export function lookupOf(isAllowed: (address: string) => boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const allowed = error ? [] : addresses.filter(({ address }) => isAllowed(address))
      const [first] = allowed
      if (first === undefined) done(new NoAddressError(`no allowed address for ${host}`), '', 0)
      else if (options.all) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }
}
