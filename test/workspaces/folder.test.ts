import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { startConfiguredEngine } from '../support/configured-engine.ts'
import type { ConfiguredEngine } from '../support/configured-engine.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'

describe('a turn in a folder below that of its workspace', () => {
  let configured: ConfiguredEngine
  let outside: string
  beforeAll(async () => {
    outside = await mkdtemp('/var/tmp/outside-') // commands may write to /tmp
    configured = await startConfiguredEngine({ CODEX_SANDBOX: 'workspace-write' })
    const { workspace } = configured
    await mkdir(join(workspace, 'sub', 'deep'), { recursive: true })
    await mkdir(join(workspace, 'swapped'))
    await writeFile(join(workspace, 'sub', 'AGENTS.md'), 'Speak like a sub folder.')
    await writeFile(join(outside, 'AGENTS.md'), 'Speak like a stranger.')
    await writeFile(join(workspace, 'file'), '')
    await symlink(outside, join(workspace, 'link'))
    await symlink('sub', join(workspace, 'inner'))
  })
  afterAll(async () => {
    await configured[Symbol.asyncDispose]()
    await rm(outside, { recursive: true })
  })

  async function run(request: Partial<TurnRequest>): Promise<TurnEvent[]> {
    const events: TurnEvent[] = []
    const turn = { input: [{ type: 'text' as const, text: 'Go.' }], ...request }
    for await (const event of configured.engine.run(turn, new AbortController().signal)) events.push(event)
    return events
  }

  /** What a command prints. */
  async function outputOf(command: string | string[], request: Partial<TurnRequest>): Promise<string> {
    const { upstream } = configured
    upstream.answerAll(runs(command, says('Done.')))
    expect((await run(request)).at(-1)).toMatchObject({ type: 'turn.completed' })
    upstream.answerAll(says('Done.'))
    return JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
  }

  it('begins there, reads what is to be known there, and may write all of the workspace', async () => {
    const output = await outputOf('pwd; echo x > here && echo x > ../there && cat ../there here', { folder: 'sub' })
    expect(output).toContain(join(configured.workspace, 'sub'))
    expect(output).toMatch(/x\\+nx/)
    expect(JSON.stringify(configured.upstream.requests.at(-1)!.body)).toContain('Speak like a sub folder.')
  })

  it('is not where the next turn begins', async () => {
    const thread = { kind: 'new', persistent: false } as const
    const first = await outputOf('pwd', { folder: 'sub', thread, engine: 'app-server' })
    expect(first).toContain('/workspace/sub')
    expect(await outputOf('pwd', { thread, engine: 'app-server' })).not.toContain('/workspace/sub')
  })

  it.each(['link', 'missing', 'file', 'sub/../link'])(
    'is refused where that is no folder inside: %s',
    async (folder) => {
      const { count } = configured.upstream
      expect((await run({ folder })).at(-1)).toMatchObject({
        type: 'turn.failed',
        error: { code: 'invalid_request', param: 'x-codex-folder' }
      })
      expect(configured.upstream.count).toBe(count)
    }
  )

  it('may be reached by a link that stays inside', async () => {
    expect(await outputOf('pwd', { folder: 'inner/deep' })).toContain(join(configured.workspace, 'sub', 'deep'))
  })

  it('cannot write outside by putting a link in its place', async () => {
    const swap = `mv ../swapped ../moved && ln -s ${outside} ../swapped && echo swapped`
    const output = await outputOf([swap, 'pwd -P; echo x > written && echo wrote'], { folder: 'swapped' })
    expect(output).toContain(outside) // it did get there
    expect(output).not.toContain('wrote')
    expect(await readdir(outside)).toEqual(['AGENTS.md'])
  })

  it('is refused by an engine that would trust what is in it', async () => {
    expect((await run({ folder: 'sub', engine: 'exec' })).at(-1)).toMatchObject({
      type: 'turn.failed',
      error: { code: 'unsupported', param: 'x-codex-folder' }
    })
  })
})
