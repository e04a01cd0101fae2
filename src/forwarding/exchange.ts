import { request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AnswerPart, ExchangeAnswer, ForwardedRequest } from '../wire/exchange.ts'
import { times } from '../wire/times.ts'
import { forwardedHeaders } from './headers.ts'

/** Bytes of one part of an answer: its message is in base64. */
const partBytes = 65_536

/** One request of a client's at the worker that answers it. Its front end asks for the parts of the answer, one after the other. */
export class ForwardedExchange {
  readonly caller: ForwardedRequest['caller']
  /** `performance.now()` when its front end last asked for anything. */
  askedAt = performance.now()
  /** Whether what let the client in still would. */
  isValid = true
  readonly #client: ClientRequest
  readonly #waiting = new Set<() => void>()
  #response: IncomingMessage | undefined
  #isCut = false
  #part: AnswerPart | undefined
  #pieces = 0

  /** `connection`: to the server that answers it. */
  constructor({ caller, method, url, headers, hasBody }: ForwardedRequest, connection: Duplex) {
    this.caller = caller
    this.#client = request({
      ...{
        method,
        path: url,
        headers: { ...headers, ...framing(headers, hasBody), host: 'localhost', connection: 'close' }
      },
      createConnection: () => connection
    })
    const changed = () => this.#wake()
    const cut = () => {
      this.#isCut = true
      this.#wake()
    }
    this.#client.on('error', cut).on('close', cut).on('drain', changed)
    this.#client.on('response', (response) => {
      this.#response = response.on('readable', changed).on('end', changed).on('error', cut).on('close', cut)
      this.#wake()
    })
    if (hasBody) this.#client.flushHeaders()
    else this.#client.end()
  }

  /** Takes a piece of the body, and says so when there is room for another. One that came before is not taken again. */
  async body(index: number, data: string, last: boolean): Promise<ExchangeAnswer> {
    if (index > this.#pieces) return { gone: true }
    if (index === this.#pieces) this.#write(Buffer.from(data, 'base64'), last)
    return await this.#soon(() => {
      if (this.#isCut) return { gone: true }
      return this.#client.writableNeedDrain ? undefined : { taken: true }
    })
  }

  /** Part `n` of the answer, waiting a moment for it. */
  part(n: number): Promise<ExchangeAnswer> {
    return this.#soon(() => {
      if (n === this.#part?.n) return this.#part
      if (n !== (this.#part?.n ?? -1) + 1) return { gone: true }
      const part = this.#next(n)
      return part && (this.#part = part)
    })
  }

  /** Nobody reads the answer any more: as if the client had closed its connection. */
  end(): void {
    this.#client.destroy()
    this.#wake()
  }

  #write(bytes: Buffer, last: boolean): void {
    this.#pieces += 1
    if (bytes.length > 0) this.#client.write(bytes)
    if (last) this.#client.end()
  }

  #next(n: number): AnswerPart | undefined {
    const response = this.#response
    if (!response) return this.#isCut ? { n, end: 'cut' } : undefined
    const waiting = Math.min(response.readableLength, partBytes)
    const data = waiting > 0 ? (response.read(waiting) as Buffer | null) : null
    const isEmpty = response.readableLength === 0
    const end = !isEmpty ? undefined : response.complete ? 'done' : this.#isCut ? 'cut' : undefined
    if (n > 0 && !data && !end) return undefined
    const head = { status: response.statusCode ?? 502, headers: forwardedHeaders(definedIn(response.headers)) }
    return {
      n,
      ...(n === 0 && { head }),
      ...(data && { data: data.toString('base64') }),
      ...(end && { end })
    }
  }

  /** What `look` finds, as soon as it finds something within a moment. */
  async #soon(look: () => ExchangeAnswer | undefined): Promise<ExchangeAnswer> {
    const until = performance.now() + times.part
    for (;;) {
      const answer = look()
      if (answer) return answer
      const left = until - performance.now()
      if (left <= 0) return { idle: true }
      await this.#change(left)
    }
  }

  /** Resolves when something may have changed, after so many milliseconds at most. */
  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#waiting.add(done)
    })
  }

  #wake(): void {
    for (const done of this.#waiting) done()
  }
}

/** Node gives a body of unknown length no frame of its own accord where the method seldom has one (20 to 24). */
const framing = (headers: ForwardedRequest['headers'], hasBody: boolean): ForwardedRequest['headers'] =>
  hasBody && headers['content-length'] === undefined ? { 'transfer-encoding': 'chunked' } : {}

function definedIn(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )
}
