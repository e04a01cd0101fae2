import { chatRoutes } from '../../../src/api/chat/routes.ts'
import type { ChatDependencies } from '../../../src/api/chat/routes.ts'
import { bodyReader } from '../../../src/http/body.ts'
import { aliasesFromJson } from '../../../src/openai/aliases.ts'
import { catalogFrom } from '../../../src/openai/catalog.ts'
import { modelResolver } from '../../../src/openai/resolve.ts'
import { served } from '../../http/served.ts'
import type { Served } from '../../http/served.ts'
import { scriptedEngine } from '../../support/scripted-engine.ts'
import type { ScriptedEngine, Step } from '../../support/scripted-engine.ts'

/** Chat completions on a socket, with an engine that plays its script. `bugs` holds whatever was thrown that should not have been. */
export interface ServedChat extends Served {
  engine: ScriptedEngine
  bugs: unknown[]
  /** Posts a chat completion. */
  post: (body: unknown, signal?: AbortSignal) => Promise<Response>
}

export interface ChatSettings extends Partial<ChatDependencies> {
  /** As `CODEX_MODEL_ALIASES`. */
  aliases?: Record<string, unknown>
  stripAnswerTags?: boolean
}

export async function servedChat(script: readonly Step[] | ((request: unknown) => Iterable<Step>), settings: ChatSettings = {}): Promise<ServedChat> {
  const { aliases = {}, stripAnswerTags = false, ...dependencies } = settings
  const engine = scriptedEngine(script, [{ id: 'gpt-test', isDefault: true }])
  const models = { aliases: aliasesFromJson.parse(JSON.stringify(aliases)), advertised: [], stripAnswerTags }
  const router = chatRoutes({
    engine,
    readBody: bodyReader({ maxBytes: 33_554_432 }),
    resolveModel: modelResolver(models, catalogFrom(engine)),
    unsupportedParameters: 'ignore',
    maxPromptChars: 1_000,
    ...dependencies
  })
  const bugs: unknown[] = []
  const server = await served((ctx, next) => router.routes()(ctx as never, next) as Promise<void>, (bug) => bugs.push(bug))
  const post = (body: unknown, signal?: AbortSignal) =>
    fetch(`${server.url}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) })
  return { ...server, engine, bugs, post }
}

/** The smallest request. */
export const ask = { model: 'gpt-test', messages: [{ role: 'user', content: 'Say pong.' }] }
