import { chatApi } from '../../../src/api/chat/api.ts'
import type { ChatDependencies } from '../../../src/api/chat/api.ts'
import { aliasesFromJson } from '../../../src/config/aliases.ts'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import { scriptedEngine } from '../../support/scripted-engine.ts'
import type { ScriptedEngine, Step } from '../../support/scripted-engine.ts'
import { readImage } from '../../support/images.ts'

/** Chat completions on a socket, behind the gateway's door, with an engine that plays its script. */
export interface StartedChat extends StartedGateway {
  engine: ScriptedEngine
  /** What was thrown that should not have been, as the log tells it. */
  bugs: () => unknown[]
  /** Posts a chat completion. */
  post: (body: unknown, signal?: AbortSignal) => Promise<Response>
}

export interface ChatSettings extends Partial<ChatDependencies> {
  /** As `CODEX_MODEL_ALIASES`. */
  aliases?: Record<string, unknown>
  stripAnswerTags?: boolean
}

export async function startChat(
  script: readonly Step[] | ((request: unknown) => Iterable<Step>),
  settings: ChatSettings = {}
): Promise<StartedChat> {
  const { aliases = {}, stripAnswerTags = false, ...dependencies } = settings
  const engine = scriptedEngine(script, [{ id: 'gpt-test', isDefault: true }])
  const models = { aliases: aliasesFromJson.parse(JSON.stringify(aliases)), advertised: [], stripAnswerTags }
  const server = await startGateway({
    env: { CODEX_GATEWAY_TOKEN: '' },
    engine,
    apis: ({ readBody }) => [
      chatApi({
        engine,
        readBody,
        resolveModel: modelResolver(models, catalogFrom(engine)),
        unsupportedParameters: 'ignore',
        readImage,
        maxPromptChars: 1_000,
        ...dependencies
      })
    ]
  })
  const bugs = () => server.lines.filter(({ msg }) => msg === 'failure')
  const post = (body: unknown, signal?: AbortSignal) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal })
    })
  return { ...server, engine, bugs, post }
}

/** The smallest request. */
export const ask = { model: 'gpt-test', messages: [{ role: 'user', content: 'Say pong.' }] }
