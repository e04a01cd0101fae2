import type { Server } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import { credentialsOf, tokensOf } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { access } from '../http/access.ts'
import type { AccessRecord } from '../http/access.ts'
import { auth } from '../http/door/auth.ts'
import { bodyReader } from '../http/body/body.ts'
import type { BodyLimits } from '../http/body/body.ts'
import { cors } from '../http/door/cors.ts'
import { failures } from '../http/answer/failures.ts'
import { headers } from '../http/answer/headers.ts'
import { Lifetimes } from '../http/lifetime.ts'
import { origin } from '../http/door/origin.ts'
import { paths, unrouted } from '../http/door/paths.ts'
import { quota } from '../http/door/quota.ts'
import { serverFor } from '../http/server.ts'
import type { ServerTimes } from '../http/server.ts'
import { shape } from '../http/door/shape.ts'
import { begin } from '../http/state.ts'
import type { GatewayMiddleware, RequestState } from '../http/state.ts'
import { draining, stopper } from '../http/stop.ts'
import type { StopTimes } from '../http/stop.ts'
import { Tokens } from '../access/tokens.ts'
import { accessLine, backgroundLine, errorText, turnListener } from '../telemetry/log.ts'
import type { Log } from '../telemetry/log.ts'
import { allRoutes } from './routes.ts'
import type { RouteOptions } from './routes.ts'
import type { Engine } from '../turn/engine.ts'

export interface GatewayOptions extends Pick<RouteOptions, 'readiness' | 'facts' | 'metrics'> {
  config: Config
  /** Runs the turns. It is the caller's, who disposes of it after the gateway. */
  engine: Engine
  log: Log
  /** The valid tokens, which may be replaced while it runs; those of the settings otherwise. */
  tokens?: Tokens
  /** Called for every request, after the log. */
  observe?: (record: AccessRecord) => void
  /** The APIs to serve; all there are otherwise. */
  routes?: (options: RouteOptions) => Router<RequestState>[]
  /** What all bodies together may hold. */
  bodies?: Partial<BodyLimits>
  times?: ServerTimes & StopTimes
}

export interface Gateway extends AsyncDisposable {
  /** Not listening yet. */
  readonly server: Server
  /**
   * Stops in good order: new and queued work gets 503, running turns have their time and are then interrupted.
   * Called again, it does not wait. Resolves when no connection is left.
   */
  readonly stop: () => Promise<void>
}

/** Puts the HTTP side together. Reads no environment and opens no port. */
export function createGateway(options: GatewayOptions): Gateway {
  const lifetimes = new Lifetimes()
  const handle = appFrom(options, lifetimes).callback()
  const server = serverFor(handle, options.times)
  const stop = stopper(server, lifetimes, options.times)
  return { server, stop, [Symbol.asyncDispose]: stop }
}

function appFrom(options: GatewayOptions, lifetimes: Lifetimes): Koa<RequestState> {
  const { config, engine, routes = allRoutes, readiness, facts, metrics } = options
  const app = new Koa<RequestState>()
  app.on('error', () => {}) // a connection that broke: `access` tells of it
  for (const middleware of [...around(options, lifetimes), ...door(options, lifetimes)]) app.use(middleware)
  const readBody = bodyReader({ maxBytes: config.CODEX_MAX_BODY_BYTES, ...options.bodies })
  const root = new Router<RequestState>()
  for (const router of routes({ engine, config, readBody, readiness, facts, metrics })) root.use(router.routes())
  app.use(root.routes())
  return app.use(unrouted())
}

/** What happens to every request, however odd. */
function around({ config, log, observe }: GatewayOptions, lifetimes: Lifetimes): GatewayMiddleware[] {
  const secrets = [...tokensOf(config), config.CODEX_API_KEY ?? '']
  const listener = config.CODEX_DEBUG_LOG ? turnListener(log, config.CODEX_LOG_MAX_CHARS, secrets) : undefined
  const line = accessLine(log)
  return [
    begin({ lifetimes, listener }),
    access((record) => (line(record), observe?.(record)), backgroundLine(log)),
    headers(),
    failures((error, ctx) => log.error({ id: ctx.state.id, error: errorText(error, secrets) }, 'failure'))
  ]
}

/** What a request must pass, in this order, before a route sees it. */
function door(
  { config, tokens = new Tokens(credentialsOf(config)) }: GatewayOptions,
  lifetimes: Lifetimes
): GatewayMiddleware[] {
  const { CODEX_GATEWAY_HOST: host, CODEX_ALLOWED_HOSTS: allowedHosts, CODEX_CORS_ORIGINS: origins } = config
  return [
    shape(),
    origin({ host, allowedHosts, origins }),
    ...(origins.length > 0 ? [cors(origins)] : []),
    paths(),
    draining(lifetimes),
    auth({ tokens, isPublic }),
    quota(config.CODEX_TOKEN_REQUESTS_PER_MINUTE, isPublic)
  ]
}

/** Open to everybody. `/readyz` is not: it tells what is installed where. */
const open = new Set(['/healthz', '/docs', '/openapi.json'])
const isPublic = (path: string) => open.has(path)
