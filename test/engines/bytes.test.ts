import { describe, expect, it } from 'vitest'
import { engineNames } from '../../src/app/engines.ts'
import type { ProfileName } from '../../src/turn/request.ts'
import { startConfiguredEngine } from '../support/configured-engine.ts'
import type { ConfiguredEngine } from '../support/configured-engine.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { eventsOf, turnRequest } from './app-server/rig.ts'
import { partsOf } from './request-parts.ts'

/** One of each kind of model: of no catalog, with function tools, in code mode. */
const models = ['made-up-model', 'gpt-5.5', 'gpt-6.1-sol']
const never = new AbortController().signal

/** The request by which a prompt of four words reaches the model's provider. */
async function sent(
  { engine, upstream }: ConfiguredEngine,
  name: string,
  profile: ProfileName,
  model: string
): Promise<UpstreamRequest> {
  const asked = upstream.count
  const request = turnRequest({ input: [{ type: 'text', text: 'Say the word hello.' }], engine: name, profile, model })
  expect((await eventsOf(engine.run(request, never))).at(-1)).toMatchObject({ type: 'turn.completed' })
  expect(upstream.count).toBe(asked + 1)
  return upstream.requested(asked + 1)
}

describe.each(engineNames)('what %s sends for a prompt of four words', (name) => {
  it('is at most 2,000 bytes in the profile bare, without tools and without the workspace', async () => {
    await using codex = await startConfiguredEngine()
    for (const model of models) {
      const request = await sent(codex, name, 'bare', model)
      const parts = partsOf(request, codex.workspace)
      expect(request.tools, model).toEqual([])
      expect(request.raw.toString(), model).not.toContain(codex.workspace)
      expect(parts, model).toEqual({
        instructions: expect.any(Number) as number,
        'item 1: user': expect.any(Number) as number,
        'everything else': expect.any(Number) as number
      })
      expect(request.raw.length, `${model}: ${JSON.stringify(parts)}`).toBeLessThanOrEqual(2_000)
    }
  }, 60_000)

  /** The snapshot says what grew. When a new codex has a good reason for it: `npx vitest run test/engines/bytes.test.ts -u`. */
  it('is in the profile agent, part by part, what it was', async () => {
    await using codex = await startConfiguredEngine()
    const parts: Record<string, Record<string, number>> = {}
    for (const model of models) parts[model] = partsOf(await sent(codex, name, 'agent', model), codex.workspace)
    await expect(`${JSON.stringify(parts, undefined, 2)}\n`).toMatchFileSnapshot(
      `../fixtures/request-bytes/${name}.json`
    )
  }, 60_000)
})
