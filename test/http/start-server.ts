import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import Koa from 'koa'
import { failures } from '../../src/http/answer/failures.ts'
import { begin } from '../../src/http/state.ts'
import type { GatewayMiddleware, RequestState } from '../../src/http/state.ts'
import { openaiErrors } from '../../src/openai/errors.ts'

/** A server on a free port; leaving its scope closes it and everything connected. */
export interface StartedServer extends AsyncDisposable {
  url: string
  port: number
  server: Server
}

export async function listen(server: Server): Promise<StartedServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { url: `http://127.0.0.1:${port}`, port, server, [Symbol.asyncDispose]: close }
}

/** One Koa piece behind the two that every request passes. */
export function startMiddleware(
  middleware: GatewayMiddleware,
  unknown: (error: unknown) => void = () => {}
): Promise<StartedServer> {
  const app = new Koa<RequestState>()
  app.use(begin({ timeHeader: 'openai-processing-ms' }))
  app.use(failures({ dialectFor: () => openaiErrors, log: unknown })).use(middleware)
  return listen(createServer((req, res) => void app.callback()(req, res)))
}
