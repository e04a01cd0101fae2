import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
  event: { id: string; type: string; data: { id: string } }
}

/** Takes webhooks on 127.0.0.1. */
export interface Receiver extends AsyncDisposable {
  url: string
  port: number
  received: Received[]
  /** How the next ones are answered; with 200 when it has not been called. */
  answer: (how: (response: ServerResponse) => void) => void
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let answer = (response: ServerResponse): void => void response.end()
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        received.push({ headers: request.headers, body, event: JSON.parse(body) as Received['event'] })
        answer(response)
      },
      () => {} // the gateway was ended meanwhile
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    answer: (how) => void (answer = how),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
