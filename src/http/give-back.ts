import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Has the server parse a request once more, without its offer to upgrade: with a listener for `upgrade` Node (20 to 24) hands over
 * every connection with such an offer, also h2c of curl and of Java. From Node 24.9 on `shouldUpgradeCallback` would be simpler.
 */
export function giveBack(server: Server, req: IncomingMessage, socket: Socket, head: Buffer): void {
  const forget = () => {}
  socket.on('error', forget)
  process.nextTick(() => {
    socket.off('error', forget) // what has been read beyond the head is back in the socket by now
    if (socket.destroyed) return
    if (head.length > 0) socket.unshift(head)
    socket.unshift(headFrom(req))
    server.emit('connection', socket)
  })
}

function headFrom({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${kept}`)
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

const withoutUpgrade = (value: string) =>
  value
    .split(',')
    .filter((option) => option.trim().toLowerCase() !== 'upgrade')
    .join(',')
