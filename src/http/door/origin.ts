import { isIP } from 'node:net'
import { GatewayError } from '../../turn/error.ts'
import type { GatewayMiddleware } from '../state.ts'

export interface OriginOptions {
  /** The address listened on. */
  host: string
  /** Further names by which the gateway is called. */
  allowedHosts?: readonly string[]
  /** Origins of pages that may call it, exactly as browsers send them. */
  origins?: readonly string[]
}

/**
 * Refuses what a web page in somebody's browser could send: loopback is no boundary against it.
 * The Host must be one that this gateway is known by, or a page whose name was rebound to this
 * address would read answers; an Origin must be named, and without one the browser must not say
 * that the request comes from elsewhere.
 */
export function origin({ host, allowedHosts = [], origins = [] }: OriginOptions): GatewayMiddleware {
  const isKnown = knownHosts(host, allowedHosts)
  return (ctx, next) => {
    const { host: named = '', origin: from } = ctx.req.headers
    if (!isKnown(named))
      throw forbidden(
        `The host ${JSON.stringify(named.slice(0, 100))} is not one this gateway is known by; CODEX_ALLOWED_HOSTS can name it.`,
        'host_not_allowed'
      )
    if (from === undefined ? isFromElsewhere(ctx.req.headers['sec-fetch-site']) : !origins.includes(from)) {
      throw forbidden(
        'Web pages of this origin may not call the gateway; CODEX_CORS_ORIGINS can name it.',
        'origin_not_allowed'
      )
    }
    return next()
  }
}

const forbidden = (message: string, wireCode: string) => new GatewayError('forbidden', message, { wireCode })

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
    ...[host, ...allowedHosts].map((name) => bracketed(name.toLowerCase()))
  ])
  const isWildcard = host === '0.0.0.0' || host === '::' || host === ''
  return (header) => {
    const [, name = '', port = '80'] = /^(\[[\da-f:.]{2,45}\]|[a-z\d._-]{1,253})(?::(\d{1,5}))?$/.exec(header) ?? []
    if (Number(port) < 1 || Number(port) > 65_535) return false
    return known.has(name) || (isWildcard && isIP(name.replace(/^\[|\]$/g, '')) !== 0)
  }
}

/** As it stands in a Host header, without a port. */
const bracketed = (name: string) => (isIP(name) === 6 ? `[${name}]` : name.replace(/:\d+$/, ''))
