import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Ends the connection of a reader that takes nothing of a complete answer for `ms`: `res` emits `timeout`, as it would by
 * `setTimeout`. That one, however, also begins again with every byte that the client sends (Node 20 to 24).
 */
export function limitStall(res: ServerResponse, ms: number): void {
  const { socket } = res
  if (!socket || res.writableFinished || res.destroyed) return
  let before = unsentBytes(socket)
  const clock = setInterval(() => {
    const unsent = unsentBytes(socket)
    if (unsent === before && !res.emit('timeout', socket)) socket.destroy()
    before = unsent
  }, ms)
  res.once('close', () => clearInterval(clock))
}

/** Goes down with every byte that the kernel takes, also in the middle of a long write: `writableLength` alone does not. */
function unsentBytes(socket: Socket & { _handle?: { writeQueueSize?: number } | null }): number {
  return socket.writableLength + (socket._handle?.writeQueueSize ?? 0)
}
