import { expect } from 'vitest'
import type { TurnDependencies } from '../../../src/api/accept.ts'
import { completionsApi } from '../../../src/api/completions/api.ts'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import { startGateway } from '../../app/start-gateway.ts'
import { readImage } from '../../support/images.ts'
import { scriptedEngine } from '../../support/scripted-engine.ts'

/** Legacy completions on a socket, with an engine that plays its script. Disposing of it checks that no turn runs any more. */
export async function startCompletions(
  script: Parameters<typeof scriptedEngine>[0],
  dependencies: Partial<TurnDependencies> = {}
) {
  const engine = scriptedEngine(script, [{ id: 'gpt-test', isDefault: true }])
  const resolveModel = modelResolver(
    { aliases: new Map(), advertised: [], stripAnswerTags: false },
    catalogFrom(engine)
  )
  const server = await startGateway({
    env: { CODEX_GATEWAY_TOKEN: '' },
    engine,
    apis: ({ readBody }) => [
      completionsApi({
        engine,
        readBody,
        resolveModel,
        unsupportedParameters: 'ignore',
        readImage,
        maxPromptChars: 1_000,
        ...dependencies
      })
    ]
  })
  const post = (body: unknown, signal?: AbortSignal) =>
    fetch(`${server.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal })
    })
  return {
    ...server,
    engine,
    post,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      expect(engine.running).toBe(0)
    }
  }
}
