import type { Msg, NatsConnection } from '@nats-io/transport-node'
import type { OnTicket, Pull } from './broker.ts'
import { parsedMessage } from './mail.ts'

export interface PullOptions {
  /** Where to ask. */
  api: string
  /** Where tickets come. The client's own requests do not see them: they come on the stream's subject. */
  inbox: string
  onTicket: OnTicket
}

/** Milliseconds that a request for a ticket is open at the server, and that it is waited for here. */
const patience = { server: 10_000, here: 10_500 }

/**
 * One open request for one ticket. The server serves requests in their order: with one for each slot, the worker that came
 * first would get everything.
 */
export class NatsPull implements Pull {
  readonly #connection: NatsConnection
  readonly #options: PullOptions
  #since: number | undefined
  #late: NodeJS.Timeout | undefined
  #wanted = false

  constructor(connection: NatsConnection, options: PullOptions) {
    this.#connection = connection
    this.#options = options
    connection.subscribe(options.inbox, { callback: (error, message) => void (error ?? this.#arrived(message)) })
  }

  get openFor(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since
  }

  open(): void {
    this.#wanted = true
    if (this.#since !== undefined) return
    this.#ask()
  }

  close(): void {
    this.#wanted = false
    this.#since = undefined
    clearTimeout(this.#late)
  }

  #ask(): void {
    clearTimeout(this.#late)
    this.#since = undefined
    if (!this.#wanted || this.#connection.isClosed()) return
    this.#since = performance.now()
    this.#late = setTimeout(() => this.#ask(), patience.here)
    const request = { batch: 1, expires: patience.server * 1_000_000 }
    this.#connection.publish(this.#options.api, JSON.stringify(request), { reply: this.#options.inbox })
  }

  /** A status without a ticket (404, 408, 409) ends the request; 503 is what a server says that has no stream yet. */
  #arrived(message: Msg): void {
    const status = message.headers?.code ?? 0
    this.#since = undefined
    clearTimeout(this.#late)
    if (status !== 0) this.#late = setTimeout(() => this.#ask(), status === 408 ? 0 : 200)
    else this.#options.onTicket(parsedMessage(message), (answer) => acknowledge(message, answer))
  }
}

/** Of one that is not acknowledged, for the connection is closed, the server finds out by itself. */
function acknowledge(message: Msg, answer: 'done' | 'again'): void {
  try {
    message.respond(answer === 'done' ? '+ACK' : '-NAK')
  } catch {
    // it is closed
  }
}
