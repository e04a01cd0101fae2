import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processesLeftWith, processesWith } from '../support/processes.ts'
import { says } from '../support/upstream/answer.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { connectRaw, joinRaw } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

const input = [{ type: 'text', text: 'Hello', text_elements: [] }]
const home = (remote: RemoteGateway) => join(remote.folder, 'home', '.codex-remote')
/** The app-servers that clients share, without what holds them. */
const appServers = (remote: RemoteGateway) =>
  processesWith(`CODEX_HOME=${home(remote)}`).filter((line) => line.includes('app-server') && !line.includes('bwrap'))
const sharedOf = (remote: RemoteGateway) => remote.gateway.codex.workspaces.default.shared!

async function startTurn(client: RawClient): Promise<string> {
  const { id: threadId } = (await client.request('thread/start', {}))['thread'] as { id: string }
  await client.request('turn/start', { threadId, input })
  await client.heard(({ method }) => method === 'item/agentMessage/delta')
  return threadId
}

describe('the app-server of remote clients', () => {
  let remote: RemoteGateway
  beforeAll(async () => {
    remote = await startRemote({ CODEX_WORKSPACE_CLIENTS: '60', CODEX_WORKSPACE_IDLE_SECONDS: '1' })
  }, 60_000)
  afterAll(() => remote[Symbol.asyncDispose]())

  it('is one for 50 that come at once, also where the first of them leaves before it has started', async () => {
    const early = await connectRaw(remote.url, remote.token)
    early.send({ id: 1, method: 'initialize', params: { clientInfo: { name: 'raw', version: '1' } } })
    early.socket.terminate()
    const clients = await Promise.all(Array.from({ length: 50 }, () => joinRaw(remote.url, remote.token)))
    expect(appServers(remote)).toHaveLength(1)
    await expect.poll(() => sharedOf(remote).figures.clients).toBe(50)
    const lists = await Promise.all(clients.map((client) => client.request('thread/loaded/list', {})))
    expect(lists).toHaveLength(50)
    for (const client of clients) await client[Symbol.asyncDispose]()
    await expect.poll(() => sharedOf(remote).figures.clients).toBe(0)
  })

  /** Of the home of app-server, without what its databases have beside them. */
  const files = async () => (await readdir(home(remote), { recursive: true })).filter((name) => !/sqlite/.test(name))

  it('starts again for one that comes in the moment in which it stops for being idle, and leaves nothing', async () => {
    let before: string[] = []
    for (let round = 0; round < 2; round++) {
      const seat = await sharedOf(remote).join()
      await seat[Symbol.asyncDispose]()
      await once(seat.server.leaving, 'abort') // idle
      await using client = await joinRaw(remote.url, remote.token)
      expect(seat.server.usable).toBe(false)
      expect(await client.request('thread/loaded/list', {})).toBeDefined()
      expect(appServers(remote)).toHaveLength(1)
      before = await files()
    }
    await expect.poll(() => sharedOf(remote).state).toBe('stopped')
    expect(await processesLeftWith(`CODEX_HOME=${home(remote)}`)).toEqual([])
    expect((await files()).filter((name) => !before.includes(name))).toEqual([])
  })

  it('stays while a turn is at work, watched or not', async () => {
    const { opened, open } = gate()
    remote.upstream.answerAll(heldAfter('response.output_text.delta', says('Before', ' after.'), opened))
    const client = await joinRaw(remote.url, remote.token)
    const threadId = await startTurn(client)
    await client[Symbol.asyncDispose]()
    await expect.poll(() => sharedOf(remote).figures).toMatchObject({ clients: 0, turns: 1 })
    const [before] = appServers(remote)
    await new Promise((resolve) => setTimeout(resolve, 1_500)) // longer than it may be idle
    expect(appServers(remote)).toEqual([before])
    open()
    await using again = await joinRaw(remote.url, remote.token)
    await expect
      .poll(async () => JSON.stringify(await again.request('thread/read', { threadId, includeTurns: true })))
      .toContain('Before after.')
  })

  it('is not started again for ever where it keeps dying, and clients hear so each time', async () => {
    let refused = ''
    for (let starts = 0; starts < 7 && refused === ''; starts++) {
      const client = await joinRaw(remote.url, remote.token).catch((error: Error) => void (refused = error.message))
      if (!client) break
      const [running = ''] = appServers(remote)
      process.kill(parseInt(running), 'SIGKILL')
      expect(await client.closed).toMatchObject({ code: 1012 })
      expect(client.said.at(-1)).toMatchObject({ method: 'warning' })
      expect(JSON.stringify(client.said.at(-1))).toContain('stopped unexpectedly')
    }
    expect(refused).toContain('Codex keeps stopping.')
    expect(await processesLeftWith(`CODEX_HOME=${home(remote)}`)).toEqual([])
  })
})

describe('where there is room for one app-server', () => {
  let conf: string
  let remote: RemoteGateway
  beforeAll(async () => {
    conf = await mkdtemp(join(tmpdir(), 'life-conf-'))
    const workspaces = [{ id: 'default' }, { id: 'other', folder: conf }]
    await writeFile(join(conf, 'workspaces.json'), JSON.stringify({ workspaces }))
    remote = await startRemote({
      ...{ CODEX_MAX_APP_SERVERS: '1', CODEX_WORKSPACES_FILE: join(conf, 'workspaces.json') }
    })
  }, 60_000)
  afterAll(async () => {
    await remote[Symbol.asyncDispose]()
    await rm(conf, { recursive: true })
  })

  it('the one that is idle makes room; a client of the other hears when none is', async () => {
    const first = await joinRaw(`${remote.url}/w/default`, remote.token)
    const refused = joinRaw(`${remote.url}/w/other`, remote.token)
    await expect(refused).rejects.toThrow('Too many workspaces are busy.')
    await first[Symbol.asyncDispose]()
    await using second = await joinRaw(`${remote.url}/w/other`, remote.token)
    expect(await second.request('thread/loaded/list', {})).toBeDefined()
    expect(appServers(remote)).toEqual([])
  })
})

describe('a gateway that stops', () => {
  it('waits for the turns of remote clients, begins none, warns, and leaves nothing', async () => {
    await using remote = await startRemote()
    const { opened, open } = gate()
    remote.upstream.answerAll(heldAfter('response.output_text.delta', says('Before', ' after.'), opened))
    await using client = await joinRaw(remote.url, remote.token)
    const threadId = await startTurn(client)
    const submitted = fetch(`${remote.api}/../api/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${remote.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workspaceId: 'default', params: { input } })
    })
    await expect.poll(() => sharedOf(remote).figures.turns).toBe(2)
    const stopped = remote.gateway[Symbol.asyncDispose]()
    const { params } = await client.heard(({ method }) => method === 'warning')
    expect(params).toMatchObject({ message: expect.stringContaining('shutting down') as string })
    const { error } = await client.ask('turn/start', { threadId, input })
    expect(error?.message).toContain('shutting down')
    await expect(joinRaw(remote.url, remote.token)).rejects.toThrow('503')
    open()
    await client.heard(({ method }) => method === 'turn/completed')
    expect(JSON.stringify(client.said)).toContain(' after.')
    expect(await (await submitted).json()).toMatchObject({ turn: { status: 'completed' } })
    expect(await client.closed).toMatchObject({ code: 1012 })
    await stopped
    expect(await processesLeftWith(remote.folder)).toEqual([])
  })
})
