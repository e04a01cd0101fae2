import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Guard } from '../../src/codex/process/guard.ts'
import { instructed } from '../../src/engines/instructed.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { says } from '../support/upstream/answer.ts'
import { scriptedEngine } from '../support/scripted-engine.ts'
import { testWorkspace } from '../support/engines.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'instructed-')))
  await mkdir(join(folder, 'project', 'workspace', '.git'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
const write = (path: string, text: string) => writeFile(join(folder, path), text)

/** The instructions that an engine is given for this request. */
async function toldOf(request: Partial<TurnRequest> = {}) {
  const workspace = testWorkspace({
    binary: '/the/codex',
    env: {},
    guard: {} as Guard,
    folder: join(folder, 'project', 'workspace')
  })
  const inner = scriptedEngine([{ type: 'turn.completed' }])
  const engine = instructed(inner, { get: async () => workspace })
  for await (const event of engine.run({ input: [], ...request }, new AbortController().signal))
    expect(event.type).toBe('turn.completed')
  return inner.turns[0]!.request.instructions
}

it('an agent’s instructions begin with AGENTS.md, before the caller’s', async () => {
  expect(await toldOf({ instructions: 'Be brief.' })).toBe('Be brief.')
  await write('project/AGENTS.md', 'Not of this repository.')
  await write('project/workspace/AGENTS.md', 'Use tabs.\n')
  expect(await toldOf()).toBe('Use tabs.')
  expect(await toldOf({ instructions: 'Be brief.' })).toBe('Use tabs.\n\nBe brief.')
  await write('project/workspace/AGENTS.override.md', 'Use blanks.')
  expect(await toldOf()).toBe('Use blanks.')
})

it('the files of the repository are read, the nearest last, up to 32 KiB', async () => {
  await rm(join(folder, 'project', 'workspace', '.git'), { recursive: true })
  await mkdir(join(folder, 'project', '.git'))
  await write('AGENTS.md', 'Above the repository.')
  await write('project/AGENTS.md', 'Use tabs.')
  await write('project/workspace/AGENTS.md', 'Use blanks here.')
  expect(await toldOf()).toBe('Use tabs.\n\nUse blanks here.')
  await write('project/AGENTS.md', 'x'.repeat(40_000))
  expect(await toldOf()).toHaveLength(32_768)
})

it('neither a bare turn nor one with the caller’s tools gets them, and no link is followed', async () => {
  await write('secret', 'the login')
  await symlink(join(folder, 'secret'), join(folder, 'project', 'workspace', 'AGENTS.md'))
  expect(await toldOf()).toBeUndefined()
  await rm(join(folder, 'project', 'workspace', 'AGENTS.md'))
  await write('project/workspace/AGENTS.md', 'Use tabs.')
  expect(await toldOf({ profile: 'bare' })).toBeUndefined()
  expect(await toldOf({ tools: [{ name: 'weather', parameters: {} }] })).toBeUndefined()
})

it('reaches the model once, by both engines', async () => {
  await write('project/workspace/AGENTS.md', 'Speak of herons.')
  await using upstream = await startUpstream(says('Done.'))
  const aliases = { plain: { model: 'gpt-5.5' }, live: { model: 'gpt-5.5', engine: 'app-server' } }
  await using gateway = await startConfiguredGateway(folder, {
    CODEX_WORKSPACE: join(folder, 'project', 'workspace'),
    CODEX_API_BASE_URL: upstream.url,
    CODEX_MODEL_ALIASES: JSON.stringify(aliases)
  })
  for (const model of Object.keys(aliases)) {
    const answer = await fetch(`${gateway.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello.' }] })
    })
    expect(answer.status).toBe(200)
    expect(JSON.stringify(upstream.requests.at(-1)!.body).split('Speak of herons.')).toHaveLength(2)
  }
})
