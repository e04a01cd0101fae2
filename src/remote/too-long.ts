import type { WebSocket } from 'ws'
import { warning } from './filter/message.ts'

/** `ws` closes by itself on a message that is too long to be taken in: its sender is told before. */
export function warnOfTooLong(socket: WebSocket, send: (message: object) => void): void {
  const close = socket.close.bind(socket)
  socket.close = (code, reason) => {
    if (code === 1_009) send(warning('A message was over 64 MiB, so the connection is closed.'))
    close(code, reason)
  }
}
