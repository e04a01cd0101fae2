import type { Server } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import { tokensOf } from './config.ts'
import type { Config } from './config.ts'
import { access } from './http/access.ts'
import type { AccessRecord } from './http/access.ts'
import type { AdmissionLimits } from './http/admission.ts'
import { auth } from './http/auth.ts'
import { bodyReader } from './http/body.ts'
import type { ReadBody } from './http/body.ts'
import { cors } from './http/cors.ts'
import { failures } from './http/failures.ts'
import { headers } from './http/headers.ts'
import { Lifetimes } from './http/lifetime.ts'
import { origin } from './http/origin.ts'
import { paths, unrouted } from './http/paths.ts'
import { quota } from './http/quota.ts'
import { serverFor } from './http/server.ts'
import type { ServerTimes } from './http/server.ts'
import { shape } from './http/shape.ts'
import { begin } from './http/state.ts'
import type { RequestState } from './http/state.ts'
import { draining, stopper } from './http/stop.ts'
import type { StopTimes } from './http/stop.ts'
import { Tokens } from './http/tokens.ts'
import { accessLine, errorText, turnListener } from './log.ts'
import type { Log } from './log.ts'
import type { Engine } from './turn/engine.ts'

/** What the routes of an API are made of. */
export interface RouteOptions {
  engine: Engine
  config: Config
  readBody: ReadBody
}

export interface GatewayOptions {
  config: Config
  /** Runs the turns. It is the caller's, who disposes of it after the gateway. */
  engine: Engine
  log: Log
  /** The valid tokens, which may be replaced while it runs; those of the settings otherwise. */
  tokens?: Tokens
  /** Is told of every request, besides the log. */
  observe?: (record: AccessRecord) => void
  /** The APIs to serve. */
  routes?: (options: RouteOptions) => Router<RequestState>[]
  /** What all bodies together may hold. */
  bodies?: Partial<AdmissionLimits>
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

/** `/readyz` is not: it tells what is installed where. */
const isPublic = (path: string) => path === '/healthz'

function appFrom({ config, engine, log, routes = () => [], ...options }: GatewayOptions, lifetimes: Lifetimes): Koa<RequestState> {
  const { CODEX_GATEWAY_HOST: host, CODEX_ALLOWED_HOSTS: allowedHosts, CODEX_CORS_ORIGINS: origins } = config
  const tokens = options.tokens ?? new Tokens(tokensOf(config))
  const secrets = [...tokensOf(config), config.CODEX_API_KEY ?? '']
  const line = accessLine(log)
  const app = new Koa<RequestState>()
  app.on('error', () => {}) // a connection that broke: `access` tells of it
  app.use(begin({ lifetimes, ...(config.CODEX_DEBUG_LOG && { listener: turnListener(log, config.CODEX_LOG_MAX_CHARS, secrets) }) }))
  app.use(access((record) => (line(record), options.observe?.(record))))
  app.use(headers())
  app.use(failures((error, ctx) => log.error({ id: ctx.state.id, error: errorText(error, secrets) }, 'failure')))
  app.use(shape()).use(origin({ host, allowedHosts, origins }))
  if (origins.length > 0) app.use(cors(origins))
  app.use(paths()).use(draining(lifetimes)).use(auth({ tokens, isPublic }))
  app.use(quota(config.CODEX_TOKEN_REQUESTS_PER_MINUTE, isPublic))
  const root = new Router<RequestState>()
  for (const router of routes({ engine, config, readBody: bodyReader({ maxBytes: config.CODEX_MAX_BODY_BYTES, ...options.bodies }) })) root.use(router.routes())
  app.use(root.routes())
  return app.use(unrouted())
}
