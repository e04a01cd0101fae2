import { responseKind } from '../../../src/api/responses/stored-response.ts'
import { conversationsApi } from '../../../src/api/conversations/api.ts'
import { conversationKind } from '../../../src/api/conversations/kinds.ts'
import { StoredConversations } from '../../../src/api/conversations/stored-conversations.ts'
import { storedResponsesIn } from '../../../src/api/responses/stored-responses.ts'
import { responsesApi } from '../../../src/api/responses/api.ts'
import type { ResponsesDependencies } from '../../../src/api/responses/api.ts'
import { aliasesFromJson } from '../../../src/config/aliases.ts'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import type { GatewayOptions } from '../../../src/app/gateway.ts'
import type { StoredResponse } from '../../../src/api/responses/stored-response.ts'
import type { Records } from '../../../src/store/records.ts'
import type { Engine } from '../../../src/turn/engine.ts'
import { JobStore } from '../../../src/work/job-store.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { privateStore } from '../../store/private-store.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import { scriptedEngine } from '../../support/scripted-engine.ts'
import type { ScriptedEngine, Step } from '../../support/scripted-engine.ts'
import { readImage } from '../../support/images.ts'

/** The Responses and Conversations APIs on a socket, behind the gateway's door, with an engine that plays its script. */
export interface StartedResponses extends StartedGateway {
  engine: ScriptedEngine
  /** What the store has to say. */
  storeLines: Record<string, unknown>[]
  records: Records<StoredResponse> | undefined
  /** What was thrown that should not have been, as the log tells it. */
  bugs: () => unknown[]
  post: (body: unknown, signal?: AbortSignal) => Promise<Response>
  /** Puts a request to any path below `/v1`, with one of the tokens. */
  request: (method: string, path: string, body?: unknown, token?: string) => Promise<Response>
  /** Asks for something below `/v1/responses`. */
  ask: (method: string, path: string, token?: string) => Promise<Response>
}

export interface ResponsesSettings extends Partial<ResponsesDependencies> {
  /** As `CODEX_MODEL_ALIASES`. */
  aliases?: Record<string, unknown>
  bodies?: GatewayOptions['bodies']
  maxBodyBytes?: number
  /** Puts a wrapper around the engine. */
  wrap?: (engine: Engine) => Engine
  /** Where responses are kept; nowhere when left out. */
  home?: string
  /** The tokens that are valid, separated by commas; the first is the one that posts. */
  tokens?: string
}

export async function startResponses(
  script: readonly Step[] | ((request: TurnRequest) => Iterable<Step>),
  {
    aliases = {},
    home,
    tokens = '',
    bodies,
    maxBodyBytes = 33_554_432,
    wrap = (engine) => engine,
    ...dependencies
  }: ResponsesSettings = {}
): Promise<StartedResponses> {
  const engine = scriptedEngine(script, [{ id: 'gpt-test', isDefault: true }])
  const resolveModel = modelResolver(
    { aliases: aliasesFromJson.parse(JSON.stringify(aliases)), advertised: [], stripAnswerTags: false },
    catalogFrom(engine)
  )
  const lines: Record<string, unknown>[] = []
  const own = await privateStore(home, (fields, message) => lines.push({ ...fields, message }))
  const { store } = own
  const records = home === undefined ? undefined : store.records(responseKind(bounds))
  const conversations =
    home === undefined ? undefined : new StoredConversations(store, store.records(conversationKind(bounds)))
  const server = await startGateway({
    env: { CODEX_GATEWAY_TOKEN: tokens, CODEX_MAX_BODY_BYTES: String(maxBodyBytes) },
    ...(bodies && { bodies }),
    engine,
    store,
    apis: ({ readBody, work, logResumed }) => [
      responsesApi({
        engine: wrap(engine),
        readBody,
        resolveModel,
        unsupportedParameters: 'ignore',
        readImage,
        maxPromptChars: 1_000,
        stored: storedResponsesIn(records),
        conversations,
        work,
        logResumed,
        jobs: home === undefined ? undefined : new JobStore(store, 'response'),
        ...dependencies
      }),
      conversationsApi({ conversations, readBody, readImage })
    ]
  })
  const authorization = (token = tokens.split(',')[0] ?? '') => ({ authorization: `Bearer ${token}` })
  const post = (body: unknown, signal?: AbortSignal) =>
    fetch(`${server.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization() },
      body: JSON.stringify(body),
      ...(signal && { signal })
    })
  const asked = (method: string, path: string, token?: string) =>
    fetch(`${server.url}/v1/responses/${path}`, { method, headers: authorization(token) })
  const request = (method: string, path: string, body?: unknown, token?: string) =>
    fetch(`${server.url}/v1/${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...authorization(token) },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
  return {
    ...server,
    request,
    storeLines: lines,
    records,
    ask: asked,
    engine,
    bugs: () => server.lines.filter(({ msg }) => msg === 'failure'),
    post,
    async [Symbol.asyncDispose]() {
      await Promise.all([server.gateway.stop(), server.gateway.stop()]) // called again, it does not wait for turns
      await server[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    }
  }
}

const bounds = { ttlMs: 3_600_000, count: 100, bytes: 10_000_000 }

/** The smallest request. */
export const ask = { model: 'gpt-test', input: 'Say pong.' }
