import type { IncomingMessage } from 'node:http'
import { answerHeaders } from './headers.ts'
import { hasBody } from '../body/presence.ts'
import type { GatewayContext } from '../state.ts'

const patienceMs = 2_000
const patienceBytes = 67_108_864

/**
 * Answers a request whose body was not read with `text`: all of it at once, then as much of the body as
 * patience allows, then the end of the connection. Closing at once would reset it, and many a client
 * that is still sending never reads the answer.
 */
export async function linger(ctx: GatewayContext, text: string): Promise<void> {
  const { req, res } = ctx
  if (req.complete || !hasBody(req)) return
  ctx.set('connection', 'close')
  if (req.headers.expect !== undefined) return // the client sends no body before a 100, which will not come
  ctx.respond = false
  ctx.length = Buffer.byteLength(text)
  answerHeaders(ctx)
  res.write(text)
  ctx.state.answered = true
  await emptied(req)
  res.end()
}

function emptied(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0
    const timer = setTimeout(done, patienceMs)
    function done(): void {
      clearTimeout(timer)
      req.off('data', count)
      resolve()
    }
    function count(chunk: Buffer): void {
      bytes += chunk.length
      if (bytes > patienceBytes) done()
    }
    req.on('data', count).once('end', done).once('close', done).resume()
  })
}
