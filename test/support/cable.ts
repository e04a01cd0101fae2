import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A port behind which another one is, until the connection is cut. */
export interface Cable extends AsyncDisposable {
  readonly port: number
  /** Breaks all connections, and refuses new ones for as long as it is cut. */
  cut: (isCut: boolean) => void
  /** From now on connections go to this port. */
  leadTo: (port: number) => void
}

export async function startCable(port: number): Promise<Cable> {
  const sockets = new Set<Socket>()
  let [isCut, target] = [false, port]
  const server = createServer((near) => {
    if (isCut) return near.destroy()
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near]
    ] as const) {
      sockets.add(one)
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut(next) {
      isCut = next
      if (isCut) for (const socket of sockets) socket.destroy()
    },
    leadTo: (next) => void (target = next),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}
