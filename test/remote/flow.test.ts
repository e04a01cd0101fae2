import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { startPlayedClient, streamOf, warningsOf } from './start-client.ts'
import type { PlayedClient } from './start-client.ts'

const mebibyte = 1_048_576
/** What may wait for a slow reader in the gateway, and the message that goes over it. */
const bound = 2 * mebibyte
const text = 'x'.repeat(65_536)
const count = 448 // 28 MiB: more than all sockets on the way take
const notification = JSON.stringify({ method: 'item/agentMessage/delta', params: { delta: text } })

/** The head of a text frame of so many bytes, none of which follow. */
function frameOf(bytes: number, isMasked: boolean): Buffer {
  const head = Buffer.alloc(isMasked ? 14 : 10)
  head.set([0x81, isMasked ? 0xff : 0x7f])
  head.writeBigUInt64BE(BigInt(bytes), 2)
  return head
}

describe('the pace of a remote client', () => {
  it('is that of a TUI that reads slowly: the rest waits at app-server, and nothing is lost', async () => {
    await using played = await startPlayedClient()
    await played.join()
    const appServer = await played.appServer
    let arrived = 0
    played.raw.socket
      .removeAllListeners('message')
      .on('message', (data: Buffer) => (arrived += data.length))
      .pause()
    for (let n = 0; n < count; n++) appServer.send(notification)
    await expect.poll(() => played.upstream().isPaused).toBe(true)
    expect(played.gatewayEnd.bufferedAmount).toBeLessThan(bound)
    expect(appServer.bufferedAmount).toBeGreaterThan(bound)
    played.raw.socket.resume()
    await expect.poll(() => arrived).toBe(count * notification.length)
  })

  it('is that of an app-server that reads slowly: the rest waits at the TUI, and nothing is lost', async () => {
    await using played = await startPlayedClient()
    await played.join()
    const appServer = await played.appServer
    const arrived: number[] = []
    appServer.on('message', (data: Buffer) => arrived.push((JSON.parse(data.toString()) as { id: number }).id)).pause()
    const params = { threadId: 't', input: [{ type: 'text', text }] }
    for (let id = 0; id < count; id++) played.raw.send({ id, method: 'turn/start', params })
    await expect.poll(() => played.gatewayEnd.isPaused).toBe(true)
    expect(played.upstream().bufferedAmount).toBeLessThan(bound)
    expect(played.raw.socket.bufferedAmount).toBeGreaterThan(bound)
    appServer.resume()
    await expect.poll(() => arrived.length).toBe(count)
    expect(arrived).toEqual(Array.from({ length: count }, (_, id) => id))
  })

  it('is that of a client that does not read the refusals that it provokes', async () => {
    await using played = await startPlayedClient()
    await played.join()
    played.raw.socket.pause()
    for (let n = 0; n < 60_000; n++) played.raw.send({ id: `${n}${'x'.repeat(900)}`, method: 'fs/readFile' })
    await expect.poll(() => played.gatewayEnd.isPaused).toBe(true)
    expect(played.gatewayEnd.bufferedAmount).toBeLessThan(bound)
  })

  it.each<[string, (played: PlayedClient, appServer: WebSocket) => void, string]>([
    [
      'a client',
      ({ raw }, appServer) => {
        raw.socket.pause()
        for (let n = 0; n < count; n++) appServer.send(notification)
      },
      'This client does not read what it is sent.'
    ],
    [
      'an app-server',
      ({ raw }, appServer) => {
        appServer.pause()
        for (let id = 0; id < count; id++)
          raw.send({ id, method: 'thread/name/set', params: { threadId: 't', name: text } })
      },
      'The app-server of this workspace does not read what it is sent.'
    ]
  ])('%s that takes nothing for too long ends it, after a warning', async (_who, stall, sentence) => {
    await using played = await startPlayedClient({ stall: 300 })
    await played.join()
    stall(played, await played.appServer)
    await expect.poll(() => played.gatewayEnd.readyState).not.toBe(played.gatewayEnd.OPEN)
    played.raw.socket.resume()
    expect(await played.raw.closed).toMatchObject({ code: 1013 })
    expect(warningsOf(played).join()).toContain(sentence)
  })

  it('one that reads slowly, but reads, is not closed', async () => {
    await using played = await startPlayedClient({ stall: 5_000 }) // a busy machine takes seconds now and then
    await played.join()
    const { socket } = played.raw
    socket.pause()
    const message = { method: 'warning', params: { message: 'x'.repeat(16 * mebibyte) } }
    ;(await played.appServer).send(JSON.stringify(message))
    const stream = streamOf(socket)
    const begun = performance.now()
    while (performance.now() - begun < 7_500) {
      stream.resume()
      await once(stream, 'data')
      stream.pause()
      await sleep(100) // it is slow
    }
    expect(played.gatewayEnd.bufferedAmount).toBeGreaterThan(0)
    socket.resume()
    await played.raw.heard(({ method }) => method === 'warning')
    expect(socket.readyState).toBe(socket.OPEN)
  })

  it('a peer that answers no ping is cut, and one that does is not', async () => {
    await using dead = await startPlayedClient({ ping: 200 })
    await using alive = await startPlayedClient({ ping: 200 })
    await Promise.all([dead.join(), alive.join()])
    dead.raw.socket.pause()
    await once(dead.gatewayEnd, 'close')
    expect(alive.gatewayEnd.readyState).toBe(alive.gatewayEnd.OPEN)
    expect((await alive.appServer).readyState).toBe(alive.gatewayEnd.OPEN)
  })
})

describe('the size of a message', () => {
  const request = (bytes: number) => {
    const head = '{"id":"long","method":"thread/name/set","params":{"threadId":"t","name":"'
    return `${head}${'x'.repeat(bytes - head.length - 3)}"}}`
  }

  it('may be 16 MiB on its way to app-server; a longer one is answered, and the connection stays', async () => {
    await using played = await startPlayedClient()
    await played.join()
    const appServer = await played.appServer
    const passed = once(appServer, 'message')
    played.raw.send(request(16 * mebibyte))
    expect(((await passed) as [Buffer])[0]).toHaveLength(16 * mebibyte)
    played.raw.send(request(16 * mebibyte + 1).replace('long', 'longer'))
    expect((await played.raw.heard(({ id }) => id === 'longer')).error).toMatchObject({ code: -32_600 })
    const numbers = Array.from({ length: 900_000 }, () => '1e20').join() // 4.5 MB, and 20 MB as JSON.stringify writes them
    played.raw.send(
      `{"id":"grown","method":"turn/start","params":{"threadId":"t","input":[],"outputSchema":[${numbers}]}}`
    )
    expect((await played.raw.heard(({ id }) => id === 'grown')).error).toMatchObject({ code: -32_600 })
    expect(appServer.readyState).toBe(appServer.OPEN)
  })

  it('over 64 MiB closes the connection before any of it is read, after a warning', async () => {
    await using played = await startPlayedClient()
    await played.join()
    streamOf(played.raw.socket).write(frameOf(64 * mebibyte + 1, true))
    expect(await played.raw.closed).toMatchObject({ code: 1009 })
    expect(warningsOf(played)).toEqual(['A message was over 64 MiB, so the connection is closed.'])
  })

  it('over 128 MiB of app-server’s closes it too, and says so', async () => {
    await using played = await startPlayedClient()
    await played.join()
    streamOf(await played.appServer).write(frameOf(128 * mebibyte + 1, false))
    expect(await played.raw.closed).toMatchObject({ code: 1012 })
    expect(warningsOf(played)).toEqual([expect.stringContaining('128 MiB')])
  })
})
