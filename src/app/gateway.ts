import type { Server } from 'node:http'
import Koa from 'koa'
import { credentialsOf, secretsOf } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import type { Api } from '../http/api.ts'
import { access } from '../http/access.ts'
import { accessFor, jwtsFor } from './access.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { JwtVerifier } from '../access/jwt.ts'
import type { AccessRecord } from '../http/access.ts'
import { bodyReader } from '../http/body/body.ts'
import type { BodyLimits } from '../http/body/body.ts'
import type { Checks } from '../http/door/checks.ts'
import { cors } from '../http/door/cors.ts'
import { failures } from '../http/answer/failures.ts'
import { headers } from '../http/answer/headers.ts'
import { writeJsonAtOnce } from '../http/answer/json.ts'
import { Lifetimes } from '../turn/lifetimes.ts'
import { admission, screening } from '../http/door/koa.ts'
import { canonicalUrl, paths, unrouted } from '../http/door/paths.ts'
import { limitHeaders, usageHeaders } from '../api/usage/headers.ts'
import { workspaceChoice } from '../http/door/workspace.ts'
import { oneWorkspace } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import { surfaceOf } from '../http/surface.ts'
import type { Surface } from '../http/surface.ts'
import { serverFor } from '../http/server.ts'
import type { ServerTimes } from '../http/server.ts'
import { begin } from '../http/state.ts'
import type { GatewayMiddleware, RequestState } from '../http/state.ts'
import type { Entrance } from '../executors/entrance.ts'
import { connectionsFor } from './remote.ts'
import type { RemoteParts } from './remote.ts'
import { stopper } from '../http/stop.ts'
import type { StopTimes } from '../http/stop.ts'
import { Tokens } from '../access/tokens.ts'
import { accessLine, backgroundLine, errorText, turnListener } from '../telemetry/log.ts'
import type { Log } from '../telemetry/log.ts'
import { openaiErrors } from '../openai/errors.ts'
import { openaiHeaders } from '../openai/headers.ts'
import { adviceForPath } from '../openai/absent-paths.ts'
import { allApis } from './apis.ts'
import { freshness } from './freshness.ts'
import type { ApiOptions } from './api-options.ts'
import { reportLimits } from './alerts.ts'
import { checksFor } from './checks.ts'
import type { Together } from './together.ts'
import { storeFor, webhooksFor } from './storage.ts'
import type { Store } from '../store/store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { Work } from '../work/work.ts'
import type { Neighbours } from '../work/work.ts'
import type { Engine } from '../turn/engine.ts'

type Given = 'readiness' | 'facts' | 'metrics' | 'threads' | 'page' | 'ledger' | 'elsewhere' | 'sharedTasks' | 'forward'

export interface GatewayOptions extends Pick<ApiOptions, Given>, Partial<Together> {
  config: Config
  /** Runs the turns. It is the caller's, who disposes of it after the gateway. */
  engine: Engine
  log: Log
  /** Where things are stored, and whose it is to close; one below CODEX_CLI_HOME otherwise. */
  store?: Store | undefined
  /** The valid tokens, which may be replaced while it runs; those of the settings otherwise. */
  tokens?: Tokens
  /** Verifies JWTs, whose secrets may be replaced while it runs; with those of the settings otherwise. */
  jwts?: JwtVerifier | undefined
  /** The workspaces that callers may choose from, which may change while it runs; `default` alone otherwise. */
  directory?: WorkspaceDirectory | undefined
  /** Texts that must not appear in the log, to which more may be added while it runs; those of the settings otherwise. */
  secrets?: Iterable<string>
  /** Called for every request, after the log. */
  observe?: (record: AccessRecord) => void
  /** The APIs to serve; all there are otherwise. */
  apis?: ((options: ApiOptions) => Api[]) | undefined
  /** What the Codex TUI is let in to; it is not when left out. */
  remote?: RemoteParts | undefined
  /** Why it is not, for WebSockets that would be; they are ignored when left out. */
  remoteRefusal?: string | undefined
  /** What all bodies together may hold. */
  bodies?: Partial<BodyLimits>
  times?: ServerTimes & StopTimes
  /** In place of the usual checks. */
  checks?: ReturnType<typeof checksFor> | undefined
  /** The other front ends, where there can be any. */
  neighbours?: Neighbours | undefined
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
  const { config, log, sharedTasks, store = storeFor(config, (fields, message) => log.warn(fields, message)) } = options
  const webhooks = webhooksFor(store, config, sharedTasks && { seal: sharedTasks.seal, writer: options.endpointWriter })
  if (options.ledger) reportLimits(options.ledger, webhooks, options.log)
  const { app, ...entry } = appFrom({ ...options, store }, lifetimes, webhooks)
  const connections = connectionsFor(options, { ...entry, lifetimes, canonical, dialect: openaiErrors })
  const server = serverFor(app.callback(), openaiErrors, options.times, connections.takeOver)
  options.remote?.executors.serve(server, log)
  const stopServer = stopper(server, lifetimes, { ...options.times, ...connections })
  const stop = () => stopServer().then(() => webhooks[Symbol.asyncDispose]())
  webhooks.start()
  options.relayTo?.(webhooks)
  return { server, stop, [Symbol.asyncDispose]: stop }
}

function appFrom(
  options: GatewayOptions & { store: Store },
  lifetimes: Lifetimes,
  webhooks: Webhooks
): { app: Koa<RequestState>; checks: Checks; authenticator: Authenticator; entrance: Entrance | undefined } {
  const { config, store, remote, apis = allApis } = options
  const { tokens = new Tokens(credentialsOf(config)), jwts = jwtsFor(config) } = options
  const callers = accessFor(tokens, jwts, store, config, options.takeAttempt)
  const entrance = remote?.executors.entrance(config, remote.workspaces, callers)
  const work = new Work(lifetimes, () => store.presence, options.neighbours)
  const readBody = bodyReader({ maxBytes: config.CODEX_MAX_BODY_BYTES, ...options.bodies })
  const surface = surfaceOf(
    apis({
      ...options,
      login: callers,
      executors: entrance,
      readBody,
      store,
      work,
      webhooks,
      logResumed: backgroundLine(options.log),
      prefix,
      dialect: openaiErrors
    }),
    openaiErrors
  )
  const app = new Koa<RequestState>()
  writeJsonAtOnce(app.response)
  app.on('error', () => {}) // a connection that broke: `access` logs it
  const checks = (options.checks ?? checksFor(config, callers, surface, options.takeRequest))(() => lifetimes.draining)
  for (const middleware of [...around(options, surface, lifetimes), ...door(options, checks, surface)])
    app.use(middleware)
  app.use(surface.direct).use(surface.router.routes())
  app.use(unrouted({ ...surface, adviceFor: adviceForPath }))
  return { app, checks, authenticator: callers.authenticator, entrance }
}

/** OpenAI's clients call every path with this before it. */
const prefix = '/v1'
const canonical = canonicalUrl(prefix)

/** What happens to every request, however odd. */
function around(
  { config, log, observe, secrets = secretsOf(config) }: GatewayOptions,
  { dialectFor }: Surface,
  lifetimes: Lifetimes
): GatewayMiddleware[] {
  const listener = config.CODEX_DEBUG_LOG ? turnListener(log, config.CODEX_LOG_MAX_CHARS, secrets) : undefined
  const line = accessLine(log)
  return [
    begin({ lifetimes, listener, timeHeader: openaiHeaders.time }),
    access((record) => (line(record), observe?.(record)), backgroundLine(log)),
    headers(),
    failures({
      dialectFor: (ctx) => dialectFor(canonical(ctx.originalUrl).path),
      log: (error, ctx) => log.error({ id: ctx.state.id, error: errorText(error, secrets) }, 'failure')
    })
  ]
}

/** What a request passes, in this order, before a route sees it. */
function door(
  { config, directory = oneWorkspace(config.CODEX_SANDBOX), ledger, neighbours }: GatewayOptions,
  checks: Checks,
  { isPublic, methods, exposedHeaders }: Surface
): GatewayMiddleware[] {
  const { CODEX_CORS_ORIGINS: origins } = config
  return [
    screening(checks),
    ...(origins.length > 0
      ? [
          cors({
            origins,
            methods,
            exposedHeaders: [...exposedHeaders, ...Object.values(openaiHeaders), ...limitHeaders]
          })
        ]
      : []),
    paths(canonical),
    admission(checks),
    workspaceChoice(directory, isPublic),
    ...(neighbours ? [freshness(neighbours)] : []),
    ...(ledger ? [usageHeaders(ledger)] : [])
  ]
}
