import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectTo } from '../../src/broker/connect.ts'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

/** A way to a server whose first connection nobody reads any more once it is `dead`; later ones are right. */
async function startDyingWay(port: number) {
  const sockets: Socket[] = []
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    near.pipe(far)
    far.pipe(near)
    for (const socket of [near, far]) sockets.push(socket.on('error', () => {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    die: () => sockets.forEach((socket) => socket.unpipe().pause()),
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy())
      server.close()
      await once(server, 'close')
    }
  }
}

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  it('a connection whose other side is dead is made again, although its buffers are full', async () => {
    await using way = await startDyingWay(nats.port)
    const client = { name: 'x', inbox: '_INBOX_f.x', pingMs: 100 }
    const connection = await connectTo({ servers: [way.url], tls: false }, client)
    const heard: string[] = []
    connection.subscribe('a', { callback: (_, message) => void heard.push(message.string()) })
    await connection.flush()
    way.die()
    for (let size = 0; size < 20; size += 1) connection.publish('b', new Uint8Array(1_000_000))
    for await (const { type } of connection.status()) if (type === 'reconnect') break
    connection.publish('a', 'back')
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['back'])
    await connection.close()
  })
})
