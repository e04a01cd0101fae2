// In place of `codex app-server --listen`, which parses all that it takes and makes: one that only takes and sends bytes, for what
// the gateway can pass on. It answers a request with no more than it must, and `thread/read` with 1 MiB.
import { Buffer } from 'node:buffer'
import process from 'node:process'
import { WebSocketServer } from 'ws'

const text = 'x'.repeat(1_048_576)
const idAt = /"id":("[^"]*"|\d+)/

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false }, () => {
  const url = `ws://127.0.0.1:${server.address().port}`
  process.stderr.write(`  listening on: ${url}\n`)
  process.send?.({ url }) // to the bench itself
})
process.once('disconnect', () => process.exit())
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const start = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, 200)).toString('latin1')
    const id = idAt.exec(start)?.[1]
    if (id === undefined) return
    const result = start.includes('"thread/read"')
      ? `{"text":"${text}"}`
      : start.includes('loaded')
        ? '{"data":[]}'
        : '{}'
    socket.send(`{"id":${id},"result":${result}}`)
  })
})
process.once('SIGTERM', () => process.exit())
