import { oneWorkspace } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import { agentsApi } from '../api/agents/api.ts'
import type { AgentsDependencies } from '../api/agents/dependencies.ts'
import { capabilitiesApi } from '../api/capabilities/api.ts'
import { chatApi } from '../api/chat/api.ts'
import { completionsApi } from '../api/completions/api.ts'
import { conversationsApi } from '../api/conversations/api.ts'
import { descriptionApi } from '../api/description/api.ts'
import { healthApi } from '../api/health/api.ts'
import type { Check } from '../api/health/api.ts'
import { installationApi } from '../api/installation/api.ts'
import { loginApi } from '../api/login/api.ts'
import type { LoginDependencies } from '../api/login/api.ts'
import { metricsApi } from '../api/metrics/api.ts'
import { modelsApi } from '../api/models/api.ts'
import { pageApi } from '../api/page/api.ts'
import type { Assets } from '../api/page/assets.ts'
import { responsesApi } from '../api/responses/api.ts'
import { remoteApis, remoteFiguresOf } from './remote.ts'
import type { RemoteApiParts } from './remote.ts'
import { storedResponsesIn } from '../api/responses/stored-responses.ts'
import { fetchImagesFor } from './fetch-images.ts'
import { skillsApi } from '../api/skills/api.ts'
import { webhooksApi } from '../api/webhooks/api.ts'
import { organizationApi } from '../api/organization/api.ts'
import { usageApi } from '../api/usage/api.ts'
import { workspacesApi } from '../api/workspaces/api.ts'
import { tasksApi } from '../api/tasks/api.ts'
import type { TasksDependencies } from '../api/tasks/dependencies.ts'
import { threadsApi } from '../api/threads/api.ts'
import { sessionsApi } from '../api/sessions/api.ts'
import type { SessionsDependencies } from '../api/sessions/dependencies.ts'
import type { Config } from '../config/config.ts'
import type { Waiting } from '../http/answer/waiting.ts'
import type { AccessRecord } from '../http/access.ts'
import type { Api, ErrorDialect } from '../http/api.ts'
import type { ReadBody } from '../http/body/body.ts'
import { catalogFrom } from '../models/catalog.ts'
import { effortChooser } from '../models/effort.ts'
import { modelResolver } from '../models/resolve.ts'
import type { ModelSettings } from '../models/settings.ts'
import { imageReader } from '../openai/image.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Store } from '../store/store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Work } from '../work/work.ts'
import { backgroundOf, completionsFor, conversationsFor, responseRecords } from './storage.ts'
import { taskServices } from './tasks.ts'
import { threadServices } from './threads.ts'
import type { ThreadParts } from './threads.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { enginesOf } from '../turn/engine.ts'
import type { Engine } from '../turn/engine.ts'

/** What the APIs are made of. */
export interface ApiOptions extends RemoteApiParts {
  engine: Engine
  config: Config
  readBody: ReadBody
  /** Where responses are stored. */
  store: Store
  /** What outlives its request. */
  work: Work
  /** Called when a turn is over that went on after a restart. */
  logResumed?: ((record: AccessRecord) => void) | undefined
  /** Reports the ends of what outlives its request. */
  webhooks: Webhooks
  /** Takes a line for each task that has ended; none when left out. */
  log?: Pick<Log, 'info'> | undefined
  /** The workspaces that callers may choose from; `default` alone when left out. */
  directory?: WorkspaceDirectory | undefined
  /** What all paths may begin with, such as `/v1`. */
  prefix: string
  /** How failures read where an API has no dialect of its own. */
  dialect: ErrorDialect
  /** Whether a turn could be run; nothing is checked when left out. */
  readiness?: (() => Promise<readonly Check[]>) | undefined
  /** What `/healthz` says beside `ok`, to everybody. */
  facts?: Readonly<Record<string, unknown>> | undefined
  /** What threads run on; there are none over HTTP when it is left out. */
  threads?: ThreadParts | undefined
  /** Who used what; nothing tells of it when it is left out. */
  ledger?: Ledger | undefined
  /** Who is let in, for browsers to log in; they cannot when it is left out. */
  login?: Omit<LoginDependencies, 'readBody'> | undefined
  /** The page for browsers, which is not there when left out. */
  page?: Assets | undefined
  /** Served at `/metrics`, which is not there when left out. */
  metrics?: Pick<Metrics, 'exposition'> | undefined
}

/** Makes one API. It takes of the dependencies what it needs. */
export type Protocol = (dependencies: Dependencies) => Api

/** A new protocol is a folder of `api/` and a name in this list. */
export const protocols: readonly Protocol[] = [
  chatApi,
  responsesApi,
  conversationsApi,
  completionsApi,
  modelsApi,
  workspacesApi,
  webhooksApi
]

/** The protocols, and the APIs that tell of the gateway and of all others. */
export function allApis(options: ApiOptions, list = protocols): Api[] {
  const { config, prefix, dialect, metrics, readiness = async () => [], facts } = options
  const page = options.page && pageApi(options.page)
  const dependencies = dependenciesOf(options)
  const engines = enginesOf(options.engine)
  const apis = [
    ...list.map((protocol) => protocol(dependencies)),
    ...(options.ledger ? [usageApi({ ledger: options.ledger }), organizationApi({ ledger: options.ledger })] : []),
    ...(options.threads
      ? threadApis({
          ...dependencies,
          ...threadServices(options.threads, options),
          ...taskServices({ ...options, workspaces: options.threads.workspaces })
        })
      : [])
  ]
  if (options.remote) apis.push(...remoteApis({ ...options, ...dependencies, remote: options.remote }))
  const about = [
    capabilitiesApi({ apis, prefix, engines, unsupportedParameters: config.CODEX_UNSUPPORTED_PARAMS }),
    healthApi({ readiness, facts }),
    ...(metrics ? [metricsApi(metrics.exposition)] : []),
    ...(options.login ? [loginApi({ ...options.login, readBody: options.readBody })] : []),
    ...(page ? [page] : [])
  ]
  return [
    ...apis,
    ...about,
    descriptionApi({ apis: [...apis, ...about], prefix, engines, dialect, answerBrowser: page?.answerBrowser })
  ]
}

/** What there is only where codex runs here. */
const threadApis = (dependencies: SessionsDependencies & AgentsDependencies & TasksDependencies): Api[] => [
  agentsApi(dependencies),
  tasksApi(dependencies),
  threadsApi(dependencies),
  sessionsApi(dependencies),
  skillsApi(dependencies),
  installationApi(dependencies)
]

type Dependencies = ReturnType<typeof dependenciesOf>

function dependenciesOf({
  engine,
  config,
  readBody,
  store,
  work,
  webhooks,
  directory,
  logResumed,
  remote
}: ApiOptions) {
  const settings: ModelSettings = {
    model: config.CODEX_MODEL,
    aliases: config.CODEX_MODEL_ALIASES,
    advertised: config.CODEX_ADVERTISED_MODELS,
    stripAnswerTags: config.CODEX_STRIP_ANSWER_TAGS,
    unknown: config.CODEX_UNKNOWN_MODEL
  }
  const catalog = catalogFrom(engine)
  const waiting: Waiting = {
    keepAliveStyle: config.CODEX_KEEPALIVE,
    earlyMs: config.CODEX_EARLY_HEADERS_SECONDS * 1000
  }
  return {
    engine,
    readBody,
    directory: directory ?? oneWorkspace(config.CODEX_SANDBOX),
    remoteOf: remote && remoteFiguresOf(remote),
    settings,
    catalog,
    resolveModel: modelResolver(settings, catalog),
    chooseEffort: effortChooser(catalog),
    defaultEffort: config.CODEX_MODEL_REASONING_EFFORT,
    unsupportedParameters: config.CODEX_UNSUPPORTED_PARAMS,
    search: config.CODEX_ENABLE_SEARCH,
    maxPromptChars: config.CODEX_MAX_PROMPT_CHARS,
    readImage: imageReader({ maxMegapixels: config.CODEX_MAX_IMAGE_MEGAPIXELS }),
    fetchImages: fetchImagesFor(config),
    waiting,
    stored: storedResponsesIn(responseRecords(store, config), engine.forget, (...event) => webhooks.publish(...event)),
    conversations: conversationsFor(store, config),
    completions: completionsFor(store, config),
    ...backgroundOf(store, config),
    logResumed,
    webhooks,
    work
  }
}
