import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Ends the connection of a reader that takes nothing of what is written for `ms` (at most twice that), until the returned function
 * is called: `res` emits `timeout`, as after `setTimeout`. Every byte that the client sends, however, restarts that timer (Node 20 to 24).
 */
export function limitStall(res: ServerResponse, ms: number): () => void {
  const { socket } = res
  if (!socket || res.writableFinished || res.destroyed) return () => {}
  let before = unsentBytes(socket)
  if (before === 0 && res.writableEnded) return () => {} // all of it has been taken
  const clock = setInterval(() => {
    const unsent = unsentBytes(socket)
    if (unsent === before && !res.emit('timeout', socket)) socket.destroy()
    before = unsent
  }, ms)
  const stop = () => clearInterval(clock)
  res.once('close', stop)
  return () => void (stop(), res.off('close', stop))
}

/** Goes down with every byte that the kernel takes, also in the middle of a long write: `writableLength` alone does not. */
function unsentBytes(socket: Socket & { _handle?: { writeQueueSize?: number } | null }): number {
  return socket.writableLength + (socket._handle?.writeQueueSize ?? 0)
}
