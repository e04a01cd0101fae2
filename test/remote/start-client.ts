import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { Client } from '../../src/remote/client.ts'
import type { ClientTimes } from '../../src/remote/client-times.ts'
import { Meters } from '../../src/remote/metering/meters.ts'
import { speaking } from '../../src/remote/remote.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'
import { dialAppServer } from '../../src/codex/wire/web-socket.ts'
import { connectRaw } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'

/** One remote client of the gateway, between a raw client and an app-server that a test plays: it can do what the real one is not made to. */
export interface PlayedClient extends AsyncDisposable {
  readonly raw: RawClient
  /** The gateway's end of the raw client's connection. */
  readonly gatewayEnd: WebSocket
  /** The gateway's end of the connection to app-server. */
  readonly upstream: () => WebSocket
  /** App-server's end, once the raw client has sent `initialize`. */
  readonly appServer: Promise<WebSocket>
  /** Sends `initialize`, and resolves when it is answered. */
  readonly join: () => Promise<void>
  readonly counts: { joined: number; refused: number }
}

/** The connection below a WebSocket. */
export const streamOf = (socket: WebSocket): Socket => (socket as unknown as { _socket: Socket })._socket

/** What a TUI would have shown. */
export const warningsOf = ({ raw }: PlayedClient) =>
  raw.said.flatMap(({ method, params }) => (method === 'warning' ? String(params?.['message']) : []))

/** `leave` aborts when app-server ends. */
export async function startPlayedClient(
  times: Partial<ClientTimes> = {},
  leave = new AbortController()
): Promise<PlayedClient> {
  const [clients, appServers] = await Promise.all([listening(speaking), listening()])
  let upstream: WebSocket | undefined
  const server = {
    ...{ leaving: leave.signal, lost: new Promise(() => {}), active: new Set(), listen() {} },
    dial: () => (upstream = dialAppServer({ url: urlOf(appServers), token: 'x' }))
  }
  const shared = { join: async () => ({ server, [Symbol.asyncDispose]: async () => {} }) }
  const workspace = { folder: '/work', shared } as unknown as Workspace
  const appServer = once(appServers, 'connection').then(([socket]) => initialized(socket as WebSocket))
  const arrived = once(clients, 'connection')
  const raw = await connectRaw(urlOf(clients), undefined)
  const [gatewayEnd] = (await arrived) as [WebSocket]
  const counts = { joined: 0, refused: 0 }
  const meters = new Meters((engine) => engine)
  const client = new Client({
    ...{ socket: gatewayEnd, workspace: async () => workspace, note: () => {}, counts, times },
    about: { workspace: 'default', principal: 'ada', address: undefined },
    ...{ caller: { owner: 'ada' }, meterOf: meters.of.bind(meters) }
  })
  return {
    ...{ raw, gatewayEnd, upstream: () => upstream!, appServer, counts },
    async join() {
      await raw.request('initialize', { clientInfo: { name: 'raw', version: '1' } })
    },
    async [Symbol.asyncDispose]() {
      await raw[Symbol.asyncDispose]()
      await client.closed
      for (const one of [clients, appServers]) one.close()
    }
  }
}

async function listening(options: ServerOptions = {}): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, ...options })
  await once(server, 'listening')
  return server
}

const urlOf = (server: WebSocketServer) => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`

/** It answers `initialize`; whatever follows is the test's. */
function initialized(socket: WebSocket): WebSocket {
  socket.once('message', (data: Buffer) => {
    const { id } = JSON.parse(data.toString()) as { id: string }
    socket.send(JSON.stringify({ id, result: { userAgent: 'codex' } }))
  })
  return socket
}
