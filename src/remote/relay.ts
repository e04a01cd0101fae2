import type { WebSocket } from 'ws'
import { Pace } from '../http/socket/pace.ts'
import { GatewayError } from '../turn/error.ts'
import { closingSentences } from './closing.ts'
import type { FilterContext } from './filter/context.ts'
import { Exchange } from './filter/exchange.ts'
import { incoming } from './filter/incoming.ts'
import { code, failed } from './filter/message.ts'
import type { Message } from './filter/message.ts'
import { startsTurn } from './filter/starts-turn.ts'
import type { Initialize } from './handshake.ts'
import { refusedAs } from './filter/refused-turn.ts'
import type { Tap } from './metering/tap.ts'
import { idAtBeginning, messageFrom } from './read-message.ts'

export interface RelayOptions {
  /** The client's connection. */
  client: WebSocket
  /** Its connection to app-server, which is open. */
  server: WebSocket
  context: FilterContext
  /** Milliseconds for a side that takes nothing of what it is sent. */
  stall: number
  /** Why no turn may begin; undefined while it may. */
  refusal: () => string | undefined
  /** Notifications that are not for the client. */
  hidden: ReadonlySet<string>
  /** Closes the client's connection and says why. */
  close: (reason: 'unreadable' | 'protocol' | 'stalled', sentence: string) => void
  /** A method was refused. */
  refused: (method: string) => void
  tap: Tap
}

/** Bytes of one message to app-server, which would drop the connection at a longer one (codex-cli 0.169). */
const maxMessage = 16_777_216

/** Passes messages between a client and its app-server, as far as they are allowed. */
export class Relay {
  readonly #options: RelayOptions
  readonly #exchange: Exchange
  readonly #toServer: Pace
  readonly #toClient: Pace

  constructor(options: RelayOptions) {
    const { client, server, context, stall, close, tap, hidden } = options
    this.#options = options
    this.#exchange = new Exchange({ context, observer: tap, hidden })
    this.#toServer = new Pace(client, server, () => close('stalled', closingSentences.serverNotReading), stall)
    this.#toClient = new Pace(server, client, () => close('stalled', closingSentences.clientNotReading), stall)
    server.on('message', (data: Buffer) => this.#fromServer(data))
  }

  begin(first: Initialize): void {
    this.#exchange.ask(first.id, first.method)
    this.#toServer.send(JSON.stringify(first))
  }

  /** A message of the client. What is wrong about it costs that client alone: one that is nested too deeply can be read, but not written. */
  received(data: Buffer): void {
    try {
      this.#received(data)
    } catch {
      this.#options.close('unreadable', closingSentences.unreadable)
    }
  }

  #received(data: Buffer): void {
    if (data.length > maxMessage) return this.#answer(failed(idAtBeginning(data), code.invalidRequest, tooLong))
    const message = messageFrom(data)
    if (!message) return this.#options.close('unreadable', closingSentences.unreadable)
    const { id, method } = message
    if (method === undefined) this.#pass(this.#exchange.reply(message))
    else if (id !== undefined) this.#request(message, id, method)
    else if (method === 'initialized') this.#pass({ method })
  }

  /** To be called when either side has closed. */
  end(): void {
    this.#toServer.end()
    this.#toClient.end()
  }

  #request(message: Message, id: string | number, method: string): void {
    if (method === 'initialize') return this.#options.close('protocol', closingSentences.secondInitialize)
    const verdict = incoming(message, this.#options.context)
    if (verdict.kind === 'answered') {
      for (const answer of verdict.messages) this.#answer(answer)
      this.#options.refused(method)
      return
    }
    const passed = this.#exchange.completed(verdict.message)
    const text = JSON.stringify(passed)
    const refusal = startsTurn.has(method) ? this.#options.refusal() : undefined
    if (refusal !== undefined) this.#answer(failed(id, code.server, refusal))
    else if (isTooLong(text)) this.#answer(failed(id, code.invalidRequest, tooLong))
    else if (this.#exchange.ask(id, method)) this.#metered(id, { method, params: paramsOf(passed) }, text)
    else this.#answer(failed(id, code.busy, 'Too many requests wait for their answers, or one with this id does.'))
  }

  /** What makes the model work waits until it may. */
  #metered(id: string | number, { method, params }: { method: string; params: unknown }, text: string): void {
    const admitted = this.#options.tap.request(JSON.stringify(id), method, params)
    if (!admitted) return this.#toServer.send(text)
    void admitted.then(
      () => this.#toServer.send(text),
      (error: unknown) => {
        this.#exchange.forget(id)
        if (!(error instanceof GatewayError)) throw error
        for (const answer of refusedAs(method, id, params, error.message)) this.#answer(answer)
        this.#options.refused(method)
      }
    )
  }

  #fromServer(data: Buffer): void {
    const out = this.#exchange.outgoing(data)
    if (!out) return
    if ('forServer' in out) this.#pass(out.forServer)
    else if (out.forClient instanceof Buffer) this.#toClient.send(out.forClient)
    else this.#toClient.send(JSON.stringify(out.forClient))
  }

  #pass(message: object | undefined): void {
    if (message) this.#toServer.send(JSON.stringify(message))
  }

  /** A client that does not read its answers is not read from either. */
  #answer(message: object): void {
    this.#toClient.send(JSON.stringify(message), this.#options.client)
  }
}

/** As it is passed on, a message may be longer than it came. UTF-8 has at most three bytes for each unit of a string. */
const isTooLong = (text: string) => text.length * 3 > maxMessage && Buffer.byteLength(text) > maxMessage

const tooLong = 'The message is over 16 MiB, which is the most that Codex takes.'

const paramsOf = (message: object) => ('params' in message ? message.params : undefined)
