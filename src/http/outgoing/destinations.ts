import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isPublicAddress } from './public-address.ts'

/** Where the gateway may send something that a caller has asked for. */
export interface Destinations {
  /** Why nothing may be sent to this URL, in words for its caller; undefined where its host is allowed. No name is looked up. */
  refusal: (url: string) => string | undefined
  /** Whether a host of a URL that is allowed may be reached at this address. */
  isAllowed: (url: URL, address: string) => boolean
}

/**
 * The destinations that an operator lists: `name`, `*.name` (every name below it), an address or a network (`10.1.0.0/16`), each but
 * the last with a port behind it or not. What is not public, and this machine, is reached only at an address that is listed;
 * `localhost` lists its own. Without TLS nothing is sent to other addresses than these.
 */
export function destinationsFrom(list: readonly string[]): Destinations {
  const entries = list.flatMap(entriesFrom)
  const isNamed = (url: URL, address: string) =>
    entries.some((entry) => entry.kind === 'address' && portFits(entry, url) && entry.contains(address))
  const isAllowed = (url: URL, address: string) =>
    isNamed(url, address) || (url.protocol === 'https:' && isPublicAddress(address) && !isOwn(address))
  return {
    isAllowed,
    refusal(text) {
      if (!URL.canParse(text)) return 'it is no URL'
      const url = new URL(text)
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it must be an https URL'
      if (url.username !== '' || url.password !== '') return 'it must not have a user name or a password'
      const host = hostOf(url)
      const isListed = entries.some((entry) =>
        entry.kind === 'name' ? portFits(entry, url) && entry.matches(host) : isIP(host) && isNamed(url, host)
      )
      if (!isListed) return 'the operator does not allow its host'
      if (isIP(host) && !isAllowed(url, host)) return 'its address is not public'
      return undefined
    }
  }
}

/** The host of a URL without the brackets of IPv6 and the dot of the root. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

type Entry = { port: string | undefined } & (
  | { kind: 'name'; matches: (host: string) => boolean }
  | { kind: 'address'; contains: (address: string) => boolean }
)

function entriesFrom(text: string): Entry[] {
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*?))(?::(\d+))?$/.exec(text) ?? []
  const host = (bracketed ?? plain).toLowerCase()
  const [address = '', bits] = host.split('/')
  if (isIP(address)) return [{ kind: 'address', port, contains: networkOf(address, bits) }]
  const name: Entry = {
    kind: 'name',
    port,
    matches: (asked) => (host.startsWith('*.') ? asked.endsWith(host.slice(1)) : asked === host)
  }
  if (host !== 'localhost') return [name]
  return [name, ...['127.0.0.1', '::1'].map((own): Entry => ({ kind: 'address', port, contains: networkOf(own) }))]
}

function networkOf(address: string, bits?: string): (other: string) => boolean {
  const network = new BlockList()
  const family = (text: string) => (isIP(text) === 6 ? 'ipv6' : 'ipv4')
  if (bits === undefined) network.addAddress(address, family(address))
  else network.addSubnet(address, Number(bits), family(address))
  return (other) => isIP(other) !== 0 && network.check(other, family(other))
}

/** `URL` leaves out the port that is usual for its protocol. */
function portFits({ port }: Entry, url: URL): boolean {
  return port === undefined || port === (url.port || (url.protocol === 'https:' ? '443' : '80'))
}

function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address))
}
