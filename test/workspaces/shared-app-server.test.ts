import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { dialAppServer } from '../../src/codex/wire/web-socket.ts'
import { Disconnected, ServerConnection } from '../../src/remote/turns/server-connection.ts'
import type { Tap } from '../../src/remote/metering/tap.ts'
import { SharedAppServer } from '../../src/workspaces/shared/shared-app-server.ts'

/** Where something listens that lets nobody in, as an app-server that is about to end. */
async function startRefusing() {
  const server = createServer((_req, res) => res.end()).on('upgrade', (_req, socket) =>
    socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { url: `ws://127.0.0.1:${port}`, token: 'token' }
}

it('an app-server that lets the gateway not in is one that has stopped, and ends nothing else', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  const address = await startRefusing()
  const stop = vi.fn<() => Promise<void>>(async () => {})
  const server = new SharedAppServer({
    start: async () => ({ ...address, exited: new Promise(() => {}), stop }),
    enter: async () => () => {},
    onActive: () => {}
  })
  await expect(server.open()).rejects.toMatchObject({ code: 'engine_stopped' })
  await server.lost
  await new Promise(setImmediate)
  expect(stop).toHaveBeenCalled()
  expect(unhandled).not.toHaveBeenCalled()
})

it('a turn that cannot reach its app-server has lost its connection', async () => {
  const leave = vi.fn<() => Promise<void>>(async () => {})
  using connection = new ServerConnection(dialAppServer(await startRefusing()), { leave } as unknown as Tap, () => {})
  await expect(connection.open()).rejects.toBeInstanceOf(Disconnected)
})
