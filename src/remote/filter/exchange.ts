import { answerFilters, notificationFilters } from './answers.ts'
import type { FilterContext } from './context.ts'
import { code, failed, isObject } from './message.ts'
import type { Message } from './message.ts'
import { allowedReply, isForClients } from './replies.ts'
import type { AskedOfClient } from './replies.ts'

/** Requests that may wait for their answers, in each direction. */
const maxOpen = 4_096

/** A message of app-server: for the client, as it came or another one; or an answer of the gateway's to app-server. */
export type Outgoing = { readonly forClient: Buffer | object } | { readonly forServer: object }

/** What is under way between one client and app-server. */
export class Exchange {
  readonly #context: FilterContext
  /** Requests of the client by id, as JSON: a number and a text are two ids. */
  readonly #asked = new Map<string, string>()
  /** Requests of app-server, by id. */
  readonly #askedOfClient = new Map<string, AskedOfClient>()

  constructor(context: FilterContext) {
    this.#context = context
  }

  /** Notes a request of the client that is passed on. False where too many wait, or one with this id does. */
  ask(id: string | number, method: string): boolean {
    const key = JSON.stringify(id)
    if (this.#asked.size >= maxOpen || this.#asked.has(key)) return false
    this.#asked.set(key, method)
    return true
  }

  /** The client's answer to app-server, as far as it may be given; undefined for one that app-server does not wait for. */
  reply({ id, result, error }: Message): object | undefined {
    const key = JSON.stringify(id)
    const asked = this.#askedOfClient.get(key)
    if (!asked) return undefined
    this.#askedOfClient.delete(key)
    return isObject(error) ? { id, error } : { id, result: allowedReply(asked, result) }
  }

  /** What becomes of a message of app-server. Most are not parsed: what they are stands at their beginning (codex-cli 0.169). */
  outgoing(data: Buffer): Outgoing {
    const start = data.toString('latin1', 0, 200)
    const [, notification] = /^\{"method":"([\w/]+)","params":/.exec(start) ?? []
    if (notification !== undefined) return this.#notification(notification, data)
    const [, id] = /^\{"id":("[^"\\]*"|-?\d+),"result":/.exec(start) ?? []
    if (id !== undefined) {
      const method = this.#asked.get(id)
      if (method === undefined || !Object.hasOwn(answerFilters, method)) {
        this.#asked.delete(id)
        return { forClient: data }
      }
    }
    return this.#parsed(data)
  }

  #notification(method: string, data: Buffer): Outgoing {
    if (method === 'serverRequest/resolved') this.#resolved(data)
    const filter = Object.hasOwn(notificationFilters, method) ? notificationFilters[method] : undefined
    const { params } = filter ? parsed(data) : {}
    return filter && isObject(params)
      ? { forClient: { method, params: filter(params, this.#context) } }
      : { forClient: data }
  }

  #resolved(data: Buffer): void {
    const { params } = parsed(data)
    if (isObject(params)) this.#askedOfClient.delete(JSON.stringify(params['requestId']))
  }

  #parsed(data: Buffer): Outgoing {
    const message = parsed(data)
    const { id, method, params, result } = message
    if (id === undefined) return typeof method === 'string' ? this.#unusual(message, data) : { forClient: data }
    if (typeof method === 'string') return this.#request(id, { method, params }, data)
    const key = JSON.stringify(id)
    const asked = this.#asked.get(key)
    this.#asked.delete(key)
    const filter = asked !== undefined && Object.hasOwn(answerFilters, asked) ? answerFilters[asked] : undefined
    return filter && isObject(result)
      ? { forClient: { id, result: filter(result, this.#context) } }
      : { forClient: data }
  }

  /** A notification that is written in another order. */
  #unusual({ method = '', params }: Message, data: Buffer): Outgoing {
    const filter = Object.hasOwn(notificationFilters, method) ? notificationFilters[method] : undefined
    return filter && isObject(params)
      ? { forClient: { method, params: filter(params, this.#context) } }
      : { forClient: data }
  }

  #request(id: string | number, asked: AskedOfClient, data: Buffer): Outgoing {
    if (!isForClients(asked.method) || this.#askedOfClient.size >= maxOpen)
      return { forServer: failed(id, code.unknownMethod, `No client answers ${asked.method}.`) }
    this.#askedOfClient.set(JSON.stringify(id), asked)
    return { forClient: data }
  }
}

function parsed(data: Buffer): Message {
  const message: unknown = JSON.parse(data.toString('utf8'))
  return isObject(message) ? message : {}
}
