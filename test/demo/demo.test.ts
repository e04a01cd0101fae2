import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startDemo } from '../../src/demo/demo.ts'
import type { Demo } from '../../src/demo/demo.ts'
import { codexAppServer } from '../support/upstream/codex-app-server.ts'
import { codexExec } from '../support/upstream/codex-exec.ts'
import type { ExecRun } from '../support/upstream/codex-exec.ts'
import { writeCodexHome } from '../support/upstream/codex-home.ts'
import type { CodexHome } from '../support/upstream/codex-home.ts'

/** A codex home that talks to the demo model, with one file in its workspace. */
async function homeFor(demo: Demo, model?: string): Promise<CodexHome> {
  const home = await writeCodexHome(demo.baseUrl, { model })
  await writeFile(join(home.workspace, 'poem.txt'), 'Roses are red.\n')
  return { ...home, env: { ...home.env, SCRIPTED_API_KEY: demo.apiKey } }
}

interface Item {
  type: string
  text: string
  command: string
  aggregated_output: string
  exit_code: number
}
const items = (run: ExecRun) =>
  run.events.flatMap(({ type, item }) => (type === 'item.completed' ? [item as Item] : []))
const readOnly = ['--sandbox', 'read-only']
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

describe('the demo model, asked by the real codex', { concurrent: true }, () => {
  it.for([
    ['a model with function tools', 'gpt-5.5'],
    ['a model in code mode', 'gpt-6.1-sol'],
    ['an unknown model', 'gpt-unheard-of']
  ] as const)('lets exec look into the workspace as %s, and then answers', async ([, model], { expect }) => {
    await using demo = await startDemo()
    await using home = await homeFor(demo, model)
    const run = await codexExec(home, 'SYSTEM: Be brief.\n\nUSER: What is 2 + 2?', readOnly)
    const [command, answer, ...others] = items(run).filter(({ type }) => type !== 'error')
    expect(others).toEqual([])
    expect(command).toMatchObject({ type: 'command_execution', aggregated_output: 'poem.txt\n', exit_code: 0 })
    expect(answer).toMatchObject({ type: 'agent_message' })
    expect(answer?.text).toContain('canned reply')
    expect(answer?.text).toContain('You wrote: “What is 2 + 2?”')
    expect(answer?.text).toContain('the workspace contains poem.txt')
    expect(run.exitCode).toBe(0)
  })

  // A command that the sandbox stops quickly is often not told as an item at all (0.169): only the answer shows it.
  it('runs its command in the sandbox', async ({ expect }) => {
    await using demo = await startDemo()
    await using home = await homeFor(demo)
    await writeFile(join(home.workspace, 'ls'), '#!/bin/sh\ntouch escaped 2>&1\n', { mode: 0o755 })
    const run = await codexExec(
      { ...home, env: { ...home.env, PATH: `${home.workspace}:${home.env['PATH']}` } },
      'USER: Hi',
      readOnly
    )
    expect(items(run).at(-1)?.text).toMatch(/it failed: touch: .*Read-only file system/)
  })

  it('answers with JSON that follows an output schema', async ({ expect }) => {
    await using demo = await startDemo()
    await using home = await homeFor(demo)
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string' }, sure: { type: 'boolean' } },
      required: ['answer', 'sure'],
      additionalProperties: false
    }
    await writeFile(join(home.workspace, 'schema.json'), JSON.stringify(schema))
    const run = await codexExec(home, 'USER: Hi', [...readOnly, '--output-schema', join(home.workspace, 'schema.json')])
    expect(JSON.parse(items(run).at(-1)?.text ?? '')).toEqual({ answer: 'stand-in', sure: false })
  })

  it('says that an image came', async ({ expect }) => {
    await using demo = await startDemo()
    await using home = await homeFor(demo)
    await writeFile(join(home.workspace, 'pixel.png'), Buffer.from(pixel, 'base64'))
    const run = await codexExec(home, 'USER: What is this?', [
      ...readOnly,
      '--image',
      join(home.workspace, 'pixel.png'),
      '--'
    ])
    expect(items(run).at(-1)?.text).toContain('You wrote: “What is this?”\n\nIt included an image (image/png).')
  })

  it('answers app-server in several deltas, after one command', async ({ expect }) => {
    await using demo = await startDemo()
    await using home = await homeFor(demo)
    await using server = await codexAppServer(home)
    const { thread } = await server.request('thread/start', {
      ephemeral: true,
      cwd: home.workspace,
      sandbox: 'read-only',
      approvalPolicy: 'never'
    })
    await server.request('turn/start', {
      threadId: (thread as { id: string }).id,
      input: [{ type: 'text', text: 'Hi' }]
    })
    await server.heard('turn/completed')
    const deltas = server.said
      .filter(({ method }) => method === 'item/agentMessage/delta')
      .map(({ params }) => params?.delta)
    expect(deltas.length).toBeGreaterThan(5)
    expect(deltas.join('')).toContain('You wrote: “Hi”')
    expect(deltas.join('')).toContain('the workspace contains poem.txt')
  })

  it('calls a function of the caller that the user asks for, and quotes what it answers', async ({ expect }) => {
    await using demo = await startDemo()
    await using home = await homeFor(demo)
    await using server = await codexAppServer(home)
    const weather = {
      name: 'get_weather',
      description: 'Weather of a city',
      inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    }
    const { thread } = await server.request('thread/start', {
      ephemeral: true,
      cwd: home.workspace,
      sandbox: 'read-only',
      approvalPolicy: 'never',
      dynamicTools: [weather]
    })
    await server.request('turn/start', {
      threadId: (thread as { id: string }).id,
      input: [{ type: 'text', text: 'Please call get_weather.' }]
    })
    const call = await server.heard('item/tool/call')
    expect(call.params).toMatchObject({ tool: 'get_weather', arguments: { city: 'stand-in' } })
    server.reply(call.id ?? -1, { contentItems: [{ type: 'inputText', text: '22 degrees' }], success: true })
    await server.heard('turn/completed')
    const text = server.said
      .filter(({ method }) => method === 'item/agentMessage/delta')
      .map(({ params }) => params?.delta)
      .join('')
    expect(text).toContain('Your function get_weather returned: “22 degrees”')
  })
})

describe('the demo model by itself', () => {
  const ask = ({ baseUrl }: Demo, key: string, body = '{"input":[]}', path = '/responses') =>
    fetch(`${baseUrl}${path}`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body })

  it('answers nobody but the holder of its key', async () => {
    await using demo = await startDemo()
    expect((await ask(demo, 'sk-demo-wrong')).status).toBe(401)
    expect((await ask(demo, 'x'.repeat(demo.apiKey.length))).status).toBe(401)
    const answer = await ask(demo, demo.apiKey)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('event: response.completed')
  })

  it('has a key of its own each time', async () => {
    await using one = await startDemo()
    await using other = await startDemo()
    expect(one.apiKey).not.toBe(other.apiKey)
    expect((await ask(one, other.apiKey)).status).toBe(401)
  })

  it.each(['', '{"input":', '[]', '{"input":"text"}'])('refuses the body %j', async (body) => {
    await using demo = await startDemo()
    expect((await ask(demo, demo.apiKey, body)).status).toBe(400)
  })

  it('knows one route', async () => {
    await using demo = await startDemo()
    expect((await ask(demo, demo.apiKey, '{}', '/chat/completions')).status).toBe(404)
  })

  it('stops in the middle of an answer when it is disposed of', async () => {
    const demo = await startDemo()
    const answer = await ask(demo, demo.apiKey)
    await demo[Symbol.asyncDispose]()
    await expect(answer.text()).rejects.toThrow()
    await expect(ask(demo, demo.apiKey)).rejects.toThrow()
  })
})
