import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCodex } from '../../src/app/codex.ts'
import type { Codex } from '../../src/app/codex.ts'
import { defaultWorkspace } from '../../src/app/definitions.ts'
import type { Means } from '../../src/codex/process/isolation.ts'
import { configFrom } from '../../src/config/config.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { SandboxMode, TurnRequest } from '../../src/turn/request.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

const names = ['ada', 'bob'] as const
type Name = (typeof names)[number]
const other = (name: Name): Name => (name === 'ada' ? 'bob' : 'ada')

/** Two workspaces in one process, each with a file, a login, stored answers and AGENTS.md of its own. */
async function startBoth(means: Means) {
  const upstream = await startUpstream(says('Done.'))
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'isolation-')))
  const at = (...parts: string[]) => join(folder, ...parts)
  const files: string[][] = names.flatMap((name) => [
    [at(name, 'folder', 'readme'), `${name}-file`],
    [at(name, 'folder', 'AGENTS.md'), `Speak like ${name}.`],
    [at(name, 'login', 'auth.json'), JSON.stringify({ OPENAI_API_KEY: `${name}-login` })],
    [at(name, 'home', 'gateway', 'stored'), `${name}-stored`],
    [at(name, 'home', 'notes'), `${name}-notes`]
  ])
  for (const [path = '', text = ''] of files) {
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
  }
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-the-provider',
    CODEX_MODEL: 'gpt-5.5'
  }
  const config = configFrom(env)
  const definitionOf = (id: Name, sandbox: SandboxMode) => ({
    ...defaultWorkspace(config, env),
    ...{ id, sandbox, folder: at(id, 'folder'), home: at(id, 'home'), loginFrom: [at(id, 'login')] }
  })
  const definitions = [definitionOf('ada', 'workspace-write'), definitionOf('bob', 'read-only')] as const
  const codex = await openCodex(config, env, { means, definitions: [...definitions] })
  return { upstream, folder, at, codex }
}

describe.each<Means>(['namespace', 'watchdog'])('two workspaces side by side (%s)', (means) => {
  let upstream: Upstream
  let codex: Codex
  let at: (...parts: string[]) => string
  let close = async () => {}
  beforeAll(async () => {
    const both = await startBoth(means)
    ;({ upstream, codex, at } = both)
    for (const name of names)
      await run(name, { thread: { kind: 'new', persistent: true }, input: [{ type: 'text', text: `${name}-prompt` }] })
    close = async () => {
      await codex[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await rm(both.folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })
  afterAll(() => close())

  async function run(workspace: Name | undefined, request: Partial<TurnRequest>): Promise<TurnEvent[]> {
    const events: TurnEvent[] = []
    const turn = { input: [{ type: 'text' as const, text: 'Go.' }], workspace, ...request }
    for await (const event of codex.engine.run(turn, new AbortController().signal)) events.push(event)
    return events
  }
  const threadOf = (events: TurnEvent[]) =>
    events.flatMap((event) => (event.type === 'thread.started' ? event.thread_id : []))[0] ?? ''

  /** What a command of the model's prints in a turn. */
  async function outputOf(workspace: Name, command: string, request: Partial<TurnRequest>): Promise<string> {
    upstream.answerAll(runs(command, says('Done.')))
    expect((await run(workspace, request)).at(-1)).toMatchObject({ type: 'turn.completed' })
    upstream.answerAll(says('Done.'))
    return JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
  }

  const kinds = (['exec', 'app-server'] as const).flatMap((engine) =>
    [false, true].flatMap((persistent) => names.map((name) => ({ engine, persistent, name })))
  )

  it.each(kinds)(
    'neither sees the other’s files, threads or secrets, and each its own: $name, $engine, persistent: $persistent',
    async ({ engine, persistent, name }) => {
      const thread = { kind: 'new', persistent } as const
      const search = `pwd; cat readme; grep -rhs -o '\\(ada\\|bob\\)-[a-z]*' ${at()} | sort -u`
      const output = await outputOf(name, search, { engine, thread })
      expect(output).toContain(at(name, 'folder'))
      expect(output).toContain(`${name}-file`)
      expect(output).not.toContain(`${name}-login`)
      for (const secret of ['file', 'login', 'stored', 'notes', 'prompt'])
        expect(output).not.toContain(`${other(name)}-${secret}`)
    }
  )

  it.each(['exec', 'app-server'] as const)('each has the bounds of its own definition (%s)', async (engine) => {
    const write = 'echo x > written && echo wrote'
    expect(await outputOf('ada', write, { engine })).toContain('wrote')
    expect(await outputOf('bob', write, { engine })).not.toContain('wrote')
  })

  it.each(['exec', 'app-server'] as const)('neither resumes the other’s threads (%s)', async (engine) => {
    for (const name of names) {
      const id = threadOf(await run(name, { engine, thread: { kind: 'new', persistent: true } }))
      const thread = { kind: 'resume', id } as const
      expect((await run(other(name), { engine, thread })).at(-1)).toMatchObject({
        type: 'turn.failed',
        error: { code: 'thread_not_found' }
      })
      await codex.engine.forget?.(id, other(name))
      expect(threadOf(await run(name, { engine, thread }))).toBe(id)
      await codex.engine.forget?.(id, name)
      expect((await run(name, { engine, thread })).at(-1)).toMatchObject({ error: { code: 'thread_not_found' } })
    }
  })

  it.each(['exec', 'app-server'] as const)('each reads its own AGENTS.md, at the same time (%s)', async (engine) => {
    const before = upstream.count
    await Promise.all(names.map((name) => run(name, { engine, input: [{ type: 'text', text: `I am ${name}.` }] })))
    for (const request of upstream.requests.slice(before)) {
      const body = JSON.stringify(request.body)
      const name = body.includes('I am ada.') ? 'ada' : 'bob'
      expect(body).toContain(`Speak like ${name}.`)
      expect(body).not.toContain(`Speak like ${other(name)}.`)
      expect(body).toContain(at(name, 'folder'))
    }
  })

  it('one that is not defined is refused, and none is the first', async () => {
    expect((await run('eve' as Name, {})).at(-1)).toMatchObject({
      type: 'turn.failed',
      error: { code: 'workspace_not_found' }
    })
    await run(undefined, {})
    expect(JSON.stringify(upstream.requests.at(-1)!.body)).toContain(at('ada', 'folder'))
  })
})
