import { isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../../turn/error.ts'
import type { ErrorReason } from '../../turn/error.ts'
import type { Refusal, RequestHead } from './verdict.ts'

export interface OriginOptions {
  /** The address listened on. */
  host: string
  /** Further host names that clients may use. */
  allowedHosts?: readonly string[]
  /** Origins of pages that may call it, exactly as browsers send them. */
  origins?: readonly string[]
}

/**
 * Refuses what a web page in somebody's browser could send: loopback is no boundary against it.
 * The Host must be one that this gateway is known by, or a page whose name was rebound to this
 * address would read answers; an Origin must be allowed, and without one the browser must not say
 * that the request comes from another site.
 */
export function originCheck({
  host,
  allowedHosts = [],
  origins = []
}: OriginOptions): (head: Pick<RequestHead, 'method' | 'headers'>) => Refusal | undefined {
  const isKnown = knownHosts(host, allowedHosts)
  return ({ method, headers }) => {
    const { host: named = '', origin } = headers
    if (!isKnown(named))
      return forbidden(
        `The host ${JSON.stringify(named.slice(0, 100))} is not a name of this gateway; the operator can add it to CODEX_ALLOWED_HOSTS.`,
        'unknown_host'
      )
    if (
      origin === undefined
        ? isFromElsewhere(headers['sec-fetch-site']) && !isNavigation(method, headers)
        : !(isOwnOrigin(headers) || origins.includes(origin))
    )
      return forbidden(
        'Web pages of this origin may not call the gateway; the operator can add it to CODEX_CORS_ORIGINS.',
        'unknown_origin'
      )
    return undefined
  }
}

/**
 * Whether a request comes from a page of the host that it names. The scheme is left open: behind a proxy that ends TLS only the
 * page knows it.
 */
export function isOwnOrigin({ host, origin }: IncomingHttpHeaders): boolean {
  const [, from] = /^https?:\/\/(.+)$/.exec(origin ?? '') ?? []
  return from !== undefined && from === host?.toLowerCase()
}

const forbidden = (message: string, reason: ErrorReason): Refusal => ({
  error: new GatewayError('forbidden', message, { reason })
})

/** A link on a page elsewhere that was followed: that page cannot read the answer, and cookies of the gateway do not come along. */
const isNavigation = (method: string | undefined, headers: IncomingHttpHeaders) =>
  method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'

const isFromElsewhere = (site: string | string[] | undefined) =>
  site !== undefined && site !== 'same-origin' && site !== 'none'

/**
 * Exactly localhost, the loopback addresses, the address listened on and the names given. Where all
 * addresses are listened on, any IP address is as good: rebinding needs a name.
 */
function knownHosts(host: string, allowedHosts: readonly string[]): (header: string) => boolean {
  const known = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    ...[host, ...allowedHosts].map((name) => bracketed(name.toLowerCase())).map(withoutLastDot)
  ])
  const isWildcard = host === '0.0.0.0' || host === '::' || host === ''
  return (header) => {
    const [, written = '', port = '80'] = hostHeader.exec(header.toLowerCase()) ?? []
    if (Number(port) < 1 || Number(port) > 65_535) return false
    const name = withoutLastDot(written)
    return known.has(name) || (isWildcard && isIP(name.replace(/^\[|\]$/g, '')) !== 0)
  }
}

const hostHeader = /^(\[[\da-f:.]{2,45}\]|[a-z\d._-]{1,254})(?::(\d{1,5}))?$/

/** A name with a dot at its end is the same name; an IP address has none. */
const withoutLastDot = (name: string) => (/^[\d.]+$/.test(name) ? name : name.replace(/\.$/, ''))

/** As it stands in a Host header, without a port. */
const bracketed = (name: string) => (isIP(name) === 6 ? `[${name}]` : name.replace(/:\d+$/, ''))
