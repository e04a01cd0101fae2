import { join } from 'node:path'
import type Router from '@koa/router'
import { capabilitiesRoutes } from '../api/capabilities/routes.ts'
import { chatRoutes } from '../api/chat/routes.ts'
import { completionsRoutes } from '../api/completions/routes.ts'
import { descriptionRoutes } from '../api/description/routes.ts'
import { healthRoutes } from '../api/health/routes.ts'
import type { Check } from '../api/health/routes.ts'
import { metricsRoutes } from '../api/metrics/routes.ts'
import { modelsRoutes } from '../api/models/routes.ts'
import { conversationsIn } from '../api/responses/conversations.ts'
import { responsesRoutes } from '../api/responses/routes.ts'
import type { Config } from '../config/config.ts'
import type { ReadBody } from '../http/body/body.ts'
import type { RequestState } from '../http/state.ts'
import type { Waiting } from '../http/answer/waiting.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { catalogFrom } from '../models/catalog.ts'
import { chatParameters } from '../api/chat/parameters.ts'
import { completionsParameters } from '../api/completions/parameters.ts'
import { modelResolver } from '../models/resolve.ts'
import type { ModelSettings } from '../models/resolve.ts'
import { responsesParameters } from '../api/responses/parameters.ts'
import { allOperations } from './operations.ts'
import { documentsIn } from '../store/documents.ts'
import type { Documents } from '../store/documents.ts'
import { noDocuments } from '../store/no-documents.ts'
import type { Engine } from '../turn/engine.ts'

/** What the routes of the APIs are made of. */
export interface RouteOptions {
  engine: Engine
  config: Config
  readBody: ReadBody
  /** Whether a turn could be run; nothing is checked when left out. */
  readiness?: () => Promise<readonly Check[]>
  /** What `/healthz` tells beside `ok`, to everybody. */
  facts?: Readonly<Record<string, unknown>>
  /** Served at `/metrics`, which is not there when left out. */
  metrics?: Pick<Metrics, 'exposition'>
}

/** Every API, each at its paths without `/v1`. */
export function allRoutes({
  engine,
  config,
  readBody,
  readiness = async () => [],
  facts,
  metrics
}: RouteOptions): Router<RequestState>[] {
  const settings: ModelSettings = {
    model: config.CODEX_MODEL,
    aliases: config.CODEX_MODEL_ALIASES,
    advertised: config.CODEX_ADVERTISED_MODELS,
    stripAnswerTags: config.CODEX_STRIP_ANSWER_TAGS
  }
  const catalog = catalogFrom(engine)
  const resolveModel = modelResolver(settings, catalog)
  const waiting: Waiting = {
    keepAliveStyle: config.CODEX_KEEPALIVE,
    earlyMs: config.CODEX_EARLY_HEADERS_SECONDS * 1000
  }
  const shared = {
    engine,
    readBody,
    resolveModel,
    unsupportedParameters: config.CODEX_UNSUPPORTED_PARAMS,
    maxPromptChars: config.CODEX_MAX_PROMPT_CHARS,
    waiting
  }
  return [
    healthRoutes({ readiness, facts }),
    ...(metrics ? [metricsRoutes(metrics.exposition)] : []),
    modelsRoutes({ settings, catalog, resolveModel }),
    capabilitiesRoutes({
      apis: parameters,
      engine: config.CODEX_ENGINE,
      unsupportedParameters: config.CODEX_UNSUPPORTED_PARAMS
    }),
    chatRoutes(shared),
    responsesRoutes({ ...shared, conversations: conversationsIn(documentsFrom(config), engine.forget) }),
    completionsRoutes(shared),
    descriptionRoutes(allOperations({ metrics: metrics !== undefined }))
  ]
}

/** The parameters of each API, by its path. */
const parameters = {
  '/v1/chat/completions': chatParameters,
  '/v1/responses': responsesParameters,
  '/v1/completions': completionsParameters
}

/** What all responses together may take. */
const keptResponses = { count: 10_000, bytes: 1_073_741_824 }

function documentsFrom({ CODEX_CLI_HOME: home, CODEX_THREAD_TTL_HOURS: hours }: Config): Documents {
  return hours === 0 ? noDocuments : documentsIn(join(home, 'gateway'), { ...keptResponses, lifeMs: hours * 3_600_000 })
}
