// The app-server's side of JSON-RPC: one JSON object a line, without a `jsonrpc` field.
import process from 'node:process'
import { createInterface } from 'node:readline'

let lines

/** The next request of this method. The end of stdin is the end of an app-server. */
export async function nextRequest(method, record) {
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  for (;;) {
    const { value: line, done } = await lines.next()
    if (done) {
      record.write({ type: 'stdin-ended' })
      process.exit(0)
    }
    record.write({ type: 'stdin', text: `${line}\n` })
    const message = JSON.parse(line)
    if (message.method === method) return message
  }
}
