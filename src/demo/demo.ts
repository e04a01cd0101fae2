import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import rawBody from 'raw-body'
import { eventsOf } from './events.ts'
import { replyTo } from './reply.ts'
import { demoRequestFrom } from './request.ts'

/** The demo model: a Responses API that only the codex of this gateway can call. */
export interface Demo extends AsyncDisposable {
  /** Ends in `/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
}

/** The largest request in bytes; codex sends images and history with each. */
const maxBytes = 67_108_864
/** Between deltas, so that streaming is visible. */
const pauseMs = 10

/** Starts the demo model on a free port of 127.0.0.1, with a random key. */
export async function startDemo(): Promise<Demo> {
  const apiKey = `sk-demo-${randomBytes(24).toString('base64url')}`
  let answered = 0
  const server = createServer((request, response) => {
    const refusal = refusalOf(request, apiKey)
    if (refusal) return refuse(response, ...refusal)
    void answer(request, response, ++answered).catch(() =>
      refuse(response, 400, 'The demo model could not read this request.')
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}

function refusalOf({ method, url, headers }: IncomingMessage, apiKey: string): [number, string] | undefined {
  const [sent, expected] = [Buffer.from(headers.authorization ?? ''), Buffer.from(`Bearer ${apiKey}`)]
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) return [401, 'Wrong key.']
  if (headers.upgrade) return [426, 'No WebSocket here.'] // codex then uses HTTP at once
  return method === 'POST' && url === '/v1/responses' ? undefined : [404, 'No such route.']
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } }))
}

async function answer(request: IncomingMessage, response: ServerResponse, number: number): Promise<void> {
  const body = await rawBody(request, { limit: maxBytes })
  const reply = replyTo(demoRequestFrom(JSON.parse(body.toString())))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of eventsOf(reply, number, body.length)) {
    if (event.type === 'response.output_text.delta') await wait(pauseMs)
    if (response.destroyed) return
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  response.end()
}
