import type { WebSocket } from 'ws'
import { isBehind } from './pace.ts'

/** Milliseconds between two pings. */
const interval = 20_000

/** Pings a connection, and cuts one that did not answer by the next ping: proxies forget connections that are silent. */
export function pulse(socket: WebSocket, milliseconds = interval): void {
  let answered = true
  const timer = setInterval(() => {
    if (socket.isPaused || isBehind(socket)) return void (answered = true) // its answer is not read, or it not yet the ping
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, milliseconds)
  timer.unref()
  socket.on('pong', () => (answered = true)).once('close', () => clearInterval(timer))
}
