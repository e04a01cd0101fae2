import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { joinRaw } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

const input = [{ type: 'text', text: 'Hello', text_elements: [] }]

describe('what operators do with the app-server of remote clients', () => {
  let remote: RemoteGateway
  beforeAll(async () => {
    remote = await startRemote({ CODEX_WORKSPACE_CLIENTS: '2' })
  }, 60_000)
  afterAll(() => remote[Symbol.asyncDispose]())

  const call = (method: string, path: string, body?: object) =>
    fetch(`${remote.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${remote.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) })
    })
  const figures = async () => {
    const { data } = (await (await call('GET', '/workspaces')).json()) as { data: { remote: Record<string, number> }[] }
    return data[0]?.remote
  }

  it('they see it, and stop it while no turn is at work; clients are told and come back', async () => {
    await using client = await joinRaw(remote.url, remote.token)
    expect(await figures()).toMatchObject({ clients: 1, turns: 0, memory_bytes: expect.any(Number) as number })
    expect((await call('POST', '/workspaces/other/restart')).status).toBe(404)
    expect((await call('POST', '/workspaces/default/restart')).status).toBe(202)
    const { code, reason } = await client.closed
    expect([code, reason]).toEqual([1012, 'This workspace is restarted by request.'])
    expect(client.said.at(-1)).toMatchObject({ method: 'warning', params: { threadId: null, message: reason } })
    await expect.poll(figures).toMatchObject({ clients: 0 })
    await using again = await joinRaw(remote.url, remote.token)
    expect(await again.request('thread/loaded/list', {})).toMatchObject({ data: [] })
    expect((await call('POST', '/admin/sessions/restart', { workspaceId: 'default' })).status).toBe(204)
    expect(await again.closed).toMatchObject({ code: 1012 })
  })

  it('a turn at work is in their way unless they force it; it goes on while nobody is connected', async () => {
    const { opened, open } = gate()
    remote.upstream.answerNext(heldAfter('response.output_text.delta', says('Before', ' after.'), opened))
    const client = await joinRaw(remote.url, remote.token)
    const { id: threadId } = (await client.request('thread/start', {}))['thread'] as { id: string }
    await client.request('turn/start', { threadId, input })
    await client.heard(({ method }) => method === 'item/agentMessage/delta')
    await client[Symbol.asyncDispose]()
    await expect.poll(figures).toMatchObject({ clients: 0, turns: 1 })
    expect((await call('DELETE', '/workspaces/default')).status).toBe(409)
    open()
    await expect.poll(figures).toMatchObject({ clients: 0, turns: 0 })
    await using later = await joinRaw(remote.url, remote.token)
    expect(JSON.stringify(await later.request('thread/resume', { threadId }))).toContain('Before after.')
    expect((await call('DELETE', '/workspaces/default?force=true')).status).toBe(202)
    await expect.poll(figures).toMatchObject({ started_at: null })
  })

  it('it may be restarted often: only one that dies by itself is not started again for ever', async () => {
    for (let restarts = 0; restarts < 7; restarts++) {
      await using client = await joinRaw(remote.url, remote.token)
      expect((await call('POST', '/workspaces/default/restart')).status).toBe(202)
      expect(await client.closed).toMatchObject({ code: 1012 })
    }
  })

  it('no more clients come in than there may be, and each hears why', async () => {
    await using _one = await joinRaw(remote.url, remote.token)
    await using _other = await joinRaw(remote.url, remote.token)
    await expect(joinRaw(remote.url, remote.token)).rejects.toThrow('CODEX_WORKSPACE_CLIENTS')
  })

  it('a turn is submitted over REST, in a new thread and in one that there is', async () => {
    const submit = async (body: object) => {
      const answer = await call('POST', '/../api/turns', body)
      return [answer.status, await answer.json()] as [number, { threadId: string; turn: object; transport: object }]
    }
    remote.upstream.answerNext(says('Submitted.'))
    const [status, first] = await submit({ workspaceId: 'default', params: { input } })
    expect([status, JSON.stringify(first.turn)]).toEqual([200, expect.stringContaining('Submitted.') as string])
    remote.upstream.answerNext(says('Once more.'))
    const [, second] = await submit({ workspaceId: 'default', threadId: first.threadId, params: { input } })
    expect(second).toMatchObject({ threadId: first.threadId, turn: { status: 'completed' } })
    const unknown = '01234567-89ab-7def-8123-456789abcdef'
    expect(await submit({ workspaceId: 'default', threadId: unknown, params: { input } })).toMatchObject([
      200,
      { threadId: unknown, transport: { code: 'codexRPCError' } }
    ])
    expect(
      (await submit({ workspaceId: 'default', params: { input, sandboxPolicy: { type: 'dangerFullAccess' } } }))[0]
    ).toBe(400)
    expect((await submit({ workspaceId: 'other', params: { input } }))[0]).toBe(404)
    const { opened, open } = gate()
    remote.upstream.answerNext(heldAfter('response.output_text.delta', says('Too', ' late.'), opened))
    expect(await submit({ workspaceId: 'default', params: { input }, timeoutMs: 300 })).toMatchObject([
      200,
      { transport: { code: 'brokerTimeout' } }
    ])
    open()
  })
})
