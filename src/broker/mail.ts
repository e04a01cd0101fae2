import { NoRespondersError, RequestError } from '@nats-io/transport-node'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { Json, NobodyListens } from './broker.ts'
import type { Handler, Mail } from './broker.ts'

/** UTF-8 bytes that one UTF-16 unit of JSON within JSON may take at most. */
const bytesPerChar = 3
const usualPayload = 1_048_576

/** Core NATS as mail. */
export class NatsMail implements Mail {
  readonly #connection: NatsConnection
  readonly #watchers: (() => void)[] = []
  #upSince = performance.now()
  #reconnects = 0

  constructor(connection: NatsConnection) {
    this.#connection = connection
    void this.#follow()
  }

  /** Half of what the server takes, for what else is in a message. */
  get maxChars(): number {
    return Math.floor((this.#connection.info?.max_payload ?? usualPayload) / 2 / bytesPerChar)
  }

  get isUp(): boolean {
    return this.#upSince !== -Infinity
  }

  get upSince(): number {
    return this.#upSince
  }

  get reconnects(): number {
    return this.#reconnects
  }

  watch(changed: () => void): void {
    this.#watchers.push(changed)
  }

  send(subject: string, message: unknown): void {
    this.sendJson(subject, JSON.stringify(message))
  }

  sendJson(subject: string, json: string): void {
    if (this.isUp && !this.#connection.isClosed()) this.#connection.publish(subject, json)
  }

  async request(subject: string, message: unknown, timeout: number): Promise<unknown> {
    if (!this.isUp) throw new Error('the broker is away')
    try {
      return parsedMessage(await this.#connection.request(subject, JSON.stringify(message), { timeout }))
    } catch (error) {
      const nobody = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders())
      throw nobody ? new NobodyListens(subject, { cause: error }) : error
    }
  }

  listen(subject: string, handle: Handler, group?: string): void {
    this.#connection.subscribe(subject, {
      ...(group !== undefined && { queue: group }),
      callback: (error, message) => {
        if (!error) void answer(message, handle).catch(() => {}) // who asked has no answer: the connection is closed, say
      }
    })
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect') this.#upSince = -Infinity
      else if (type === 'reconnect') {
        this.#upSince = performance.now()
        this.#reconnects += 1
      } else continue
      for (const changed of this.#watchers) changed()
    }
  }
}

async function answer(message: Msg, handle: Handler): Promise<void> {
  const answer = await handle(parsedMessage(message))
  if (answer !== undefined && message.reply)
    message.respond(answer instanceof Json ? answer.text : JSON.stringify(answer))
}

/** Undefined where it is no JSON, which no reader of messages accepts. */
export function parsedMessage(message: Pick<Msg, 'json'>): unknown {
  try {
    return message.json()
  } catch {
    return undefined
  }
}
