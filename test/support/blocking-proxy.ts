import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy for `HTTPS_PROXY` that lets nobody out. */
export interface BlockingProxy extends AsyncDisposable {
  url: string
  /** Whom its users wanted to reach, such as `chatgpt.com:443`. */
  hosts: string[]
}

export async function startBlockingProxy(): Promise<BlockingProxy> {
  const hosts: string[] = []
  const server = createServer().on('connect', ({ url }, socket) => {
    hosts.push(url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}
