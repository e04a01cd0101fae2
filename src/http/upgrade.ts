import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError, shuttingDown } from '../turn/error.ts'
import type { ErrorDialect } from './api.ts'
import type { Checks } from './door/checks.ts'
import type { CanonicalUrl } from './door/paths.ts'
import type { Refusal } from './door/verdict.ts'
import { refuse } from './raw.ts'
import type { TakeOver } from './server.ts'

/** A request that offers to make its connection a WebSocket. */
export interface Upgrade {
  readonly req: IncomingMessage
  readonly socket: Duplex
  /** What came behind the head of the request. */
  readonly head: Buffer
  readonly url: CanonicalUrl
}

/** WebSockets at certain paths. */
export interface UpgradeRoute {
  readonly serves: (url: CanonicalUrl) => boolean
  /** Checks who it is and takes the connection over; or says why not, and has not touched it then. */
  readonly accept: (upgrade: Upgrade) => Promise<Refusal | undefined>
}

export interface UpgradeOptions extends Pick<Checks, 'screen'> {
  readonly routes: readonly UpgradeRoute[]
  readonly canonical: (url: string) => CanonicalUrl
  readonly dialect: ErrorDialect
  readonly isStopping: () => boolean
  /** Takes what a route throws that is no `GatewayError`. */
  readonly log: (error: unknown) => void
}

/**
 * The WebSockets of the gateway. CORS has no part in it: browsers send no preflight before they open a WebSocket, so the check of
 * the Origin in `screen` is the only one. Offers of something else, and at other paths, are ignored. What is taken over is not
 * closed by `closeAllConnections`: its route closes it when the gateway stops.
 */
export function upgradeRouter({ routes, screen, canonical, dialect, isStopping, log }: UpgradeOptions): TakeOver {
  const check = async (upgrade: Upgrade, route: UpgradeRoute): Promise<Refusal | undefined> => {
    const refusal = screen(upgrade.req)
    if (refusal) return refusal
    if (isStopping()) return { error: shuttingDown() }
    return route.accept(upgrade)
  }
  return (req, socket, head) => {
    const url = canonical(req.url ?? '')
    const route = isWebSocket(req) ? routes.find((one) => one.serves(url)) : undefined
    if (!route) return false
    socket.on('error', () => {}) // the connection broke: its user sees the close
    void check({ req, socket, head, url }, route)
      .catch((error: unknown): Refusal => {
        if (error instanceof GatewayError) return { error }
        log(error)
        return { error: new GatewayError('internal_error', 'The gateway failed to open this connection.') }
      })
      .then((refusal) => refusal && refuse(socket, refusal.error, dialect, refusal.headers))
    return true
  }
}

const isWebSocket = ({ method, headers }: IncomingMessage) =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
