import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startCable } from '../../support/cable.ts'
import { says } from '../../support/upstream/answer.ts'
import { calls, runs } from '../../support/upstream/tool-calls.ts'
import { connectRaw, joinRaw } from '../raw-client.ts'
import type { RawClient } from '../raw-client.ts'
import { startExecutorsGateway } from './start-executors.ts'
import type { ExecutorsGateway } from './start-executors.ts'

const input = (text: string) => [{ type: 'text', text, text_elements: [] }]

describe('commands of a workspace on executors', () => {
  let remote: ExecutorsGateway
  beforeAll(async () => {
    remote = await startExecutorsGateway()
  }, 60_000)
  afterAll(() => remote[Symbol.asyncDispose]())

  /** Starts a thread when app-server knows the executor. */
  const thread = async (client: RawClient, executor: string) => {
    const { environments } = remote.gateway.codex.workspaces.default.shared!
    await expect.poll(() => environments!.list.map(({ environmentId }) => environmentId)).toEqual([executor])
    const { thread: started, cwd } = await client.request('thread/start', { approvalPolicy: 'on-request' })
    return { threadId: (started as { id: string }).id, cwd }
  }
  /** What a command of the model's prints in a turn. */
  const outputOf = async (client: RawClient, threadId: string, command: string) => {
    client.said.length = 0
    remote.upstream.answerNext(runs(command, says('Done.')))
    remote.upstream.answerAll(says('Done.'))
    await client.request('turn/start', { threadId, input: input('Run it.') })
    await client.heard(({ method }) => method === 'turn/completed')
    return JSON.stringify(remote.upstream.requests.at(-1)!.toolOutputs)
  }

  const links = () => remote.gateway.codex.remote!.executors.links.of('default')

  it('run there and not here, without the token of the executor', async () => {
    await using executor = await remote.executor('buildbox')
    await writeFile(join(executor.folder, 'AGENTS.md'), 'The rules of that machine.')
    await expect.poll(() => links().length || executor.output()).toBe(1)
    await using client = await joinRaw(remote.url, remote.token)
    const { threadId, cwd } = await thread(client, 'buildbox')
    expect(cwd).toBe(executor.folder)
    const output = await outputOf(client, threadId, 'pwd; env; ls -d .git')
    expect(output).toContain(executor.folder)
    expect(output).not.toMatch(/AWS_|sk-the-provider/)
    expect(JSON.stringify(remote.upstream.requests.at(-1)!.body)).toContain('The rules of that machine.')
    expect(await outputOf(client, threadId, `echo made > ${remote.workspace}/made; echo $?`)).not.toContain('"0')
    expect(existsSync(join(remote.workspace, 'made'))).toBe(false)
  })

  it('go on over a broken connection, and with another executor of the name after the first has died', async () => {
    await using first = await remote.executor('sturdy')
    await expect.poll(() => links().length || first.output()).toBe(1)
    await using client = await joinRaw(remote.url, remote.token)
    const { threadId } = await thread(client, 'sturdy')
    const running = outputOf(client, threadId, 'echo begun; while [ ! -e over ]; do sleep 0.1; done; echo ended')
    await client.heard(({ method, params }) => method === 'item/started' && JSON.stringify(params).includes('begun'))
    const [cut] = links()
    cut!.close('restart', 'A cable was cut.')
    await cut!.closed
    await expect.poll(() => links().length).toBe(1) // it is back by itself
    await writeFile(join(first.folder, 'over'), '')
    expect(await running).toMatch(/begun.*ended/)
    first.signal('SIGKILL')
    await expect.poll(() => links().length).toBe(0)
    await using second = await remote.executor('sturdy')
    await expect.poll(() => links().length || second.output()).toBe(1)
    await outputOf(client, threadId, 'true') // codex finds out that its session is gone
    const again = await thread(client, 'sturdy')
    expect(again.cwd).toBe(second.folder)
    expect(await outputOf(client, again.threadId, 'pwd')).toContain(second.folder)
  }, 60_000)

  it('go on where app-server loses its connection: nothing of their output is missing', async () => {
    const executors = remote.gateway.codex.remote!.executors
    const direct = executors.address()
    await using cable = await startCable(Number(new URL(direct).port))
    executors.address = () => `ws://127.0.0.1:${cable.port}`
    onTestFinished(() => void (executors.address = () => direct))
    await using executor = await remote.executor('far')
    await using client = await joinRaw(remote.url, remote.token)
    const { threadId } = await thread(client, 'far')
    const running = outputOf(client, threadId, 'echo begun; while [ ! -e over ]; do sleep 0.1; done; seq 1 2000')
    await client.heard(({ method, params }) => method === 'item/started' && JSON.stringify(params).includes('begun'))
    cable.cut(true)
    cable.cut(false)
    await writeFile(join(executor.folder, 'over'), '')
    const output = await running
    expect(output).toMatch(/begun.*n1999.*n2000/)
  })

  it('run on the executor that the model names, where a thread has two; clients hear of those that come and go', async () => {
    await using client = await joinRaw(remote.url, remote.token)
    /** Those about its own executors: clients hear, too, of when those of other tests have left. */
    const warnings = () =>
      client.said
        .flatMap(({ method, params }) => (method === 'warning' ? String(params?.['message']) : []))
        .filter((text) => /executor (one|two) /.test(text))
    await using first = await remote.executor('one')
    await expect.poll(() => links().length || first.output()).toBe(1)
    await using second = await remote.executor('two')
    const { environments } = remote.gateway.codex.workspaces.default.shared!
    await expect.poll(() => environments!.list.map(({ environmentId }) => environmentId)).toEqual(['one', 'two'])
    await expect
      .poll(warnings)
      .toEqual([
        expect.stringContaining('executor one is connected'),
        expect.stringContaining('executor two is connected')
      ])
    const started = await client.request('thread/start', { approvalPolicy: 'on-request' })
    const { id: threadId } = started['thread'] as { id: string }
    remote.upstream.answerNext(
      calls({ exec_command: { cmd: 'pwd', environment_id: 'two' } }, says('Done.')),
      says('Done.')
    )
    await client.request('turn/start', { threadId, input: input('Run it.') })
    await client.heard(({ method }) => method === 'turn/completed')
    expect(JSON.stringify(remote.upstream.requests.at(-1)!.toolOutputs)).toContain(second.folder)
    const { text: metrics } = await remote.gateway.codex.metrics.exposition()
    expect(metrics).toContain('codex_gateway_executors 2')
    expect(metrics).toMatch(/codex_gateway_executor_bytes_total [1-9]/)
    second.signal('SIGKILL')
    await expect.poll(warnings).toContainEqual(expect.stringContaining('executor two has left'))
  })

  it('end with the token of their executor, within a second or so: it says so and ends', async () => {
    await using executor = await remote.executor('withdrawn', { token: await remote.jwt({ jti: 'tok_gone' }) })
    await expect.poll(() => links().length || executor.output()).toBe(1)
    const at = performance.now()
    remote.revoke('tok_gone')
    await expect.poll(() => links().length).toBe(0)
    expect(performance.now() - at).toBeLessThan(5_000) // on a machine with much to do
    expect(await executor.exited).toBe(1)
    expect(executor.output()).toMatch(/401/)
  })

  it('come from the newest executor of a name: the older one ends', async () => {
    await using older = await remote.executor('twin')
    await expect.poll(() => links().length || older.output()).toBe(1)
    await using newer = await remote.executor('twin')
    expect(await older.exited).toBe(1)
    expect(older.output()).toMatch(/404/)
    await expect.poll(() => links().map(({ about }) => about.executor)).toEqual(['twin']) // perhaps it just comes back
    newer.signal('SIGTERM')
    await newer.exited
    await expect.poll(() => links().length).toBe(0)
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['of another scope', { scope: 'remote' }, /403|scope/],
    ['without a workspace', { ws: undefined }, /403|one workspace/],
    ['of two workspaces', { ws: ['default', 'other'] }, /403|one workspace/],
    ['of an unknown workspace', { ws: 'nowhere' }, /404|no workspace/],
    ['of another executor', { exe: 'other' }, /403|not for an executor/],
    ['that has expired', { exp: 1 }, /401/]
  ])('are not for an executor with a token %s: it says so and ends', async (_which, claims, reason) => {
    const token = await remote.jwt(claims)
    await using executor = await remote.executor('stranger', {
      token: 'exp' in claims ? await remote.jwt({}, '-10m') : token
    })
    expect(await executor.exited).toBe(1)
    expect(executor.output()).toMatch(reason)
    expect(links().map(({ about }) => about.executor)).not.toContain('stranger')
  })

  it('are not for an executor with a plain token, and the door of app-server is not for others', async () => {
    await using executor = await remote.executor('plain', { token: remote.token })
    expect(await executor.exited).toBe(1)
    for (const path of ['/environments/buildbox', '/executors/link/buildbox/mwyqgntz-77c87ef1ab06d42a'])
      await expect(connectRaw(remote.url + path, remote.token)).rejects.toThrow('401')
  })
})
