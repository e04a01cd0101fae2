import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { token } from './gateway.ts'
import type { AttackedGateway } from './gateway.ts'

/** The head of a POST that sends a body of chat completions, with the headers that are given. */
export const postHead = (headers: string, as = token, type = 'application/json') =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${as}\r\nContent-Type: ${type}\r\n${headers}\r\n`

/** A connection that has sent this. */
export function sending({ port }: Pick<AttackedGateway, 'port'>, text: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(text)
  return socket
}

/** The status of the first answer; 0 if the connection ends, or `ms` pass, without one. */
export async function statusOf(socket: Socket, ms = 10_000): Promise<number> {
  let text = ''
  const status = () => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      text += String(chunk)
      if (status() > 0) resolve()
    })
    socket.once('close', () => resolve())
  })
  const late = new AbortController()
  await Promise.race([answered, sleep(ms, undefined, { signal: late.signal }).catch(() => {})])
  late.abort()
  return status()
}
