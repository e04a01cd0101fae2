import { conversationsIn } from '../../../src/api/responses/conversations.ts'
import { responsesApi } from '../../../src/api/responses/api.ts'
import type { ResponsesDependencies } from '../../../src/api/responses/api.ts'
import { aliasesFromJson } from '../../../src/models/aliases.ts'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import { documentsIn } from '../../../src/store/documents.ts'
import { noDocuments } from '../../../src/store/no-documents.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import { scriptedEngine } from '../../support/scripted-engine.ts'
import type { ScriptedEngine, Step } from '../../support/scripted-engine.ts'

/** The Responses API on a socket, behind the gateway's door, with an engine that plays its script. */
export interface StartedResponses extends StartedGateway {
  engine: ScriptedEngine
  /** What was thrown that should not have been, as the log tells it. */
  bugs: () => unknown[]
  post: (body: unknown, signal?: AbortSignal) => Promise<Response>
  /** Asks for something below `/v1/responses`. */
  ask: (method: string, path: string, token?: string) => Promise<Response>
}

export interface ResponsesSettings extends Partial<ResponsesDependencies> {
  /** As `CODEX_MODEL_ALIASES`. */
  aliases?: Record<string, unknown>
  /** Where responses are kept; nowhere when left out. */
  home?: string
  /** The tokens that are valid, separated by commas; the first is the one that posts. */
  tokens?: string
}

export async function startResponses(
  script: readonly Step[] | ((request: TurnRequest) => Iterable<Step>),
  { aliases = {}, home, tokens = '', ...dependencies }: ResponsesSettings = {}
): Promise<StartedResponses> {
  const engine = scriptedEngine(script, [{ id: 'gpt-test', isDefault: true }])
  const resolveModel = modelResolver(
    { aliases: aliasesFromJson.parse(JSON.stringify(aliases)), advertised: [], stripAnswerTags: false },
    catalogFrom(engine)
  )
  const server = await startGateway({
    env: { CODEX_GATEWAY_TOKEN: tokens },
    engine,
    apis: ({ readBody }) => [
      responsesApi({
        engine,
        readBody,
        resolveModel,
        unsupportedParameters: 'ignore',
        maxPromptChars: 1_000,
        conversations: conversationsIn(home === undefined ? noDocuments : documentsIn(home, bounds)),
        ...dependencies
      })
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
  return { ...server, ask: asked, engine, bugs: () => server.lines.filter(({ msg }) => msg === 'failure'), post }
}

const bounds = { lifeMs: 3_600_000, count: 100, bytes: 1_000_000 }

/** The smallest request. */
export const ask = { model: 'gpt-test', input: 'Say pong.' }
