import { ApiKeys } from '../access/api-keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { oneWorkspace } from '../access/workspaces.ts'
import { capabilitiesApi } from '../api/capabilities/api.ts'
import { chatApi } from '../api/chat/api.ts'
import { completionsApi } from '../api/completions/api.ts'
import { conversationsApi } from '../api/conversations/api.ts'
import { descriptionApi } from '../api/description/api.ts'
import { healthApi } from '../api/health/api.ts'
import { loginApi } from '../api/login/api.ts'
import { metricsApi } from '../api/metrics/api.ts'
import { modelsApi } from '../api/models/api.ts'
import { pageApi } from '../api/page/api.ts'
import { responsesApi } from '../api/responses/api.ts'
import { remoteApis, remoteFiguresOf } from './remote.ts'
import { storedResponsesIn } from '../api/responses/stored-responses.ts'
import type { ApiOptions } from './api-options.ts'
import { fetchImagesFor } from './fetch-images.ts'
import { webhooksApi } from '../api/webhooks/api.ts'
import { organizationApi } from '../api/organization/api.ts'
import { keysApi } from '../api/keys/api.ts'
import { usageApi } from '../api/usage/api.ts'
import { tasksApi } from '../api/tasks/api.ts'
import { workspacesApi } from '../api/workspaces/api.ts'
import type { Waiting } from '../http/answer/waiting.ts'
import type { Api } from '../http/api.ts'
import { catalogFrom } from '../models/catalog.ts'
import { effortChooser } from '../models/effort.ts'
import { modelResolver } from '../models/resolve.ts'
import type { ModelSettings } from '../models/settings.ts'
import { imageReader } from '../openai/image.ts'
import { backgroundOf, completionsFor, conversationsFor, responseRecords } from './storage.ts'
import { taskServices } from './tasks.ts'
import { threadApis } from './thread-apis.ts'
import { forwardedApis } from './elsewhere.ts'
import { enginesOf } from '../turn/engine.ts'

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
    ...(options.ledger ? usageApis(options.ledger, options) : []),
    ...(options.threads ? threadApis(options, options.threads, dependencies) : []),
    ...tasksOf(options, dependencies),
    ...(options.forward ? forwardedApis(options.forward) : [])
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
    descriptionApi({ apis: [...apis, ...about], prefix, engines, dialect, answerBrowser: page?.answerBrowser }),
    ...(options.elsewhere ?? [])
  ]
}

/** The APIs that front ends leave to workers. */
export const workerApis = (options: ApiOptions): Api[] =>
  options.threads ? threadApis(options, options.threads, dependenciesOf(options)) : []

function tasksOf(options: ApiOptions, dependencies: Dependencies): Api[] {
  const { threads, sharedTasks: writer } = options
  if (!threads && !writer) return []
  return [tasksApi({ ...dependencies, ...taskServices({ ...options, workspaces: threads?.workspaces, writer }) })]
}

/** Who used what, what may be used, and the keys that it is used with. */
const usageApis = (ledger: Ledger, { store, readBody }: ApiOptions): Api[] => [
  usageApi({ ledger }),
  organizationApi({ ledger }),
  keysApi({ ledger, keys: new ApiKeys(store), readBody })
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
