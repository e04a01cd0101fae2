import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { startPlayedClient, warningsOf } from './start-client.ts'
import type { PlayedClient } from './start-client.ts'

describe('a connection that the gateway closes', () => {
  it.each<[string, number, string, (played: PlayedClient) => void]>([
    ['a binary message', 1002, 'must be text', ({ raw }) => raw.socket.send(Buffer.from('{}'))],
    ['what is no JSON', 1007, 'no JSON object', ({ raw }) => raw.send('{')],
    ['a batch', 1007, 'no JSON object', ({ raw }) => raw.send('[{"id":1,"method":"thread/list"}]')],
    ['an id that is none', 1007, 'no JSON object', ({ raw }) => raw.send({ id: {}, method: 'thread/list' })],
    ['a second initialize', 1002, 'second time', ({ raw }) => raw.send({ id: 9, method: 'initialize', params: {} })]
  ])('for %s says so before', async (_what, code, sentence, send) => {
    await using played = await startPlayedClient()
    await played.join()
    send(played)
    const closed = await played.raw.closed
    expect(closed).toMatchObject({ code })
    expect(played.raw.said.at(-1)).toMatchObject({ method: 'warning', params: { threadId: null } })
    expect(warningsOf(played).at(-1)).toContain(sentence)
    expect(closed.reason).toBe(warningsOf(played).at(-1)?.slice(0, 120))
  })

  it.each<[string, string, (played: PlayedClient) => void]>([
    ['no initialize', "must be 'initialize'", ({ raw }) => raw.send({ id: 1, method: 'thread/list' })],
    ['too long an initialize', "must be 'initialize'", ({ raw }) => raw.send(' '.repeat(1_048_577))]
  ])('for %s says so before', async (_what, sentence, send) => {
    await using played = await startPlayedClient()
    send(played)
    expect(await played.raw.closed).toMatchObject({ code: 1002 })
    expect(warningsOf(played).at(-1)).toContain(sentence)
  })

  it('before initialize is answered says so in the answer, which the TUI shows', async () => {
    await using played = await startPlayedClient({ join: 200 })
    const appServer = await new Promise<WebSocket>((resolve) => {
      void played.appServer.then((socket) => resolve(socket.removeAllListeners('message')))
      played.raw.send({ id: 1, method: 'initialize', params: { clientInfo: { name: 'raw', version: '1' } } })
    })
    expect(await played.raw.closed).toMatchObject({ code: 1013 })
    expect(played.raw.said).toMatchObject([
      { id: 1, error: { message: expect.stringContaining('try again') as string } }
    ])
    await expect.poll(() => appServer.readyState).toBe(appServer.CLOSED)
  })

  it('because app-server has ended gives its reason; because only the connection has, that', async () => {
    const leave = new AbortController()
    await using ended = await startPlayedClient({}, leave)
    await using severed = await startPlayedClient()
    await Promise.all([ended.join(), severed.join()])
    ;(await ended.appServer).terminate()
    leave.abort('It is restarted by an operator.')
    ;(await severed.appServer).terminate()
    for (const { raw } of [ended, severed]) expect(await raw.closed).toMatchObject({ code: 1012 })
    expect(warningsOf(ended)).toEqual(['It is restarted by an operator.'])
    expect(warningsOf(severed)).toEqual([expect.stringContaining('Codex has ended this connection.')])
  })
})
