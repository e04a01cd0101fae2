import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { says } from './answer.ts'
import { Changes } from '../changes.ts'
import { failure } from './failure.ts'
import { play } from './play.ts'
import { UpstreamRequest } from './request.ts'
import type { ExchangeEnd } from './request.ts'
import { scriptForOther } from './other-routes.ts'
import type { Answer, Script } from './script.ts'
import { scriptFor } from './tool-calls.ts'

/** A scripted Responses API on 127.0.0.1, for the real codex. */
export interface Upstream extends AsyncDisposable {
  /** Base URL for codex, ending in `/v1`. */
  readonly url: string
  /** Model requests so far, the oldest first; at most the last `kept`. */
  readonly requests: UpstreamRequest[]
  /** Model requests so far, all of them. */
  readonly count: number
  /** Whatever else it was asked: `GET /v1/models`. */
  readonly others: string[]
  /** Exchanges that are not over, and sockets that are open. */
  readonly open: { exchanges: number; sockets: number }
  /** These answers come next, one a request; then what `answerAll` says again. */
  answerNext: (...answers: Answer[]) => void
  /** Every request without an answer of its own gets this one. */
  answerAll: (answer: Answer) => void
  /** Resolves with the `n`th model request, when it has come. */
  requested: (n?: number) => Promise<UpstreamRequest>
  /** Resolves when no exchange and no socket is open. */
  quiet: () => Promise<void>
}

interface Options {
  /** How many requests are remembered. Default 1,000. */
  kept?: number
  /** Default: a free one. */
  port?: number
}

export async function startUpstream(
  first: Answer = says('Hello', ' from', ' upstream.'),
  options: Options = {}
): Promise<Upstream> {
  const upstream = new ScriptedUpstream(first, options.kept ?? 1000)
  await upstream.listen(options.port ?? 0)
  return upstream
}

class ScriptedUpstream implements Upstream {
  readonly requests: UpstreamRequest[] = []
  readonly others: string[] = []
  readonly open = { exchanges: 0, sockets: 0 }
  count = 0
  #next: Answer[] = []
  #always: Answer
  readonly #kept: number
  #port = 0
  readonly #server = createServer((request, response) => this.#receive(request, response))
  readonly #changes = new Changes()

  constructor(always: Answer, kept: number) {
    this.#always = always
    this.#kept = kept
    this.#server.on('connection', (socket) => {
      this.open.sockets++
      socket.on('close', () => {
        this.open.sockets--
        this.#changes.happened()
      })
    })
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1`
  }

  answerNext(...answers: Answer[]): void {
    this.#next.push(...answers)
  }

  answerAll(answer: Answer): void {
    this.#always = answer
  }

  async requested(n = 1): Promise<UpstreamRequest> {
    await this.#changes.until(() => this.count >= n)
    const request = this.requests.find(({ number }) => number === n)
    if (!request) throw new Error(`Request ${n} is no longer remembered`)
    return request
  }

  quiet(): Promise<void> {
    return this.#changes.until(() => this.open.exchanges === 0 && this.open.sockets === 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const other = scriptForOther(request)
    if (other) {
      this.others.push(`${request.method} ${request.url}`)
      return play(other, response, 0)
    }
    const chunks: Buffer[] = []
    this.open.exchanges++
    response.on('close', () => {
      this.open.exchanges--
      this.#changes.happened()
    })
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => this.#respond(request, response, Buffer.concat(chunks)))
  }

  #respond(incoming: IncomingMessage, response: ServerResponse, raw: Buffer): void {
    const ended = new Promise<ExchangeEnd>((resolve) => {
      response.on('close', () =>
        resolve(response.writableFinished ? 'sent' : script.ending === 'drop' ? 'dropped' : 'left')
      )
    })
    const request = new UpstreamRequest(++this.count, incoming, raw, ended)
    if (this.requests.push(request) > this.#kept) this.requests.shift()
    const script = this.#script(request)
    play(script, response, request.number)
    this.#changes.happened()
  }

  /** A script that cannot be made for this request fails loudly in codex, and so in the test. */
  #script(request: UpstreamRequest): Script {
    try {
      return scriptFor(this.#next.shift() ?? this.#always, request)
    } catch (error) {
      return failure(400, { message: `The test's script failed: ${String(error)}`, type: 'invalid_request_error' })
    }
  }
}
