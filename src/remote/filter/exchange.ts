import { answerFilters, notificationFilters } from './answers.ts'
import type { FilterContext } from './context.ts'
import { code, failed } from './message.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import { isMetered, turnMethods } from '../metering/frames.ts'
import type { Message } from './message.ts'
import { allowedReply, isForClients } from './replies.ts'
import type { AskedOfClient } from './replies.ts'
import { placed, unplacedThread } from './unplaced.ts'

/** Requests that may wait for their answers, in each direction. */
const maxOpen = 4_096

/** A message of app-server: for the client, as it came or another one; or an answer of the gateway's to app-server; or for nobody. */
export type Outgoing = { readonly forClient: Buffer | object } | { readonly forServer: object } | undefined

/** Who else reads what app-server says. Ids are as JSON. */
export interface Observer {
  answered(id: string, method: string, answer: Pick<Message, 'result' | 'error'>): void
  notified(method: string, params: unknown): void
  asked(id: string, params: unknown): void
}

export interface ExchangeOptions {
  context: FilterContext
  observer: Observer
  /** Notifications that are not for the client. */
  hidden?: ReadonlySet<string> | undefined
}

/** What is under way between one client and app-server. */
export class Exchange {
  readonly #context: FilterContext
  readonly #observer: Observer
  readonly #hidden: ReadonlySet<string>
  /** Requests of the client by id, as JSON: a number and a text are two ids. */
  readonly #asked = new Map<string, string>()
  /** Requests of app-server, by id. */
  readonly #askedOfClient = new Map<string, AskedOfClient>()
  /** Threads that turns of this client have to give a place. */
  readonly #unplaced = new Set<string>()

  constructor({ context, observer, hidden = new Set() }: ExchangeOptions) {
    this.#context = context
    this.#observer = observer
    this.#hidden = hidden
  }

  /** A request that the filter has passed, with what its thread lacks. */
  completed(message: { method?: unknown; params?: unknown }): object {
    const { method, params } = message
    if (method !== 'turn/start' || !isJsonObject(params) || !this.#unplaced.has(String(params['threadId'])))
      return message
    return { ...message, params: placed(params, this.#context) }
  }

  /** Notes a request of the client that is passed on. False where too many wait, or one with this id does. */
  ask(id: string | number, method: string): boolean {
    const key = JSON.stringify(id)
    if (this.#asked.size >= maxOpen || this.#asked.has(key)) return false
    this.#asked.set(key, method)
    return true
  }

  /** One that was not passed on after all. */
  forget(id: string | number): void {
    this.#asked.delete(JSON.stringify(id))
  }

  /** The client's answer to app-server, as far as it may be given; undefined for one that app-server does not wait for. */
  reply({ id, result, error }: Message): object | undefined {
    const key = JSON.stringify(id)
    const asked = this.#askedOfClient.get(key)
    if (!asked) return undefined
    this.#askedOfClient.delete(key)
    return isJsonObject(error) ? { id, error } : { id, result: allowedReply(asked, result) }
  }

  /** What becomes of a message of app-server. Most are not parsed: what they are stands at their beginning (codex-cli 0.169). */
  outgoing(data: Buffer): Outgoing {
    const start = data.toString('latin1', 0, 200)
    const [, notification] = /^\{"method":"([\w/]+)","params":/.exec(start) ?? []
    if (notification !== undefined) return this.#notification(notification, data, start)
    const [, id] = /^\{"id":("[^"\\]*"|-?\d+),"result":/.exec(start) ?? []
    if (id !== undefined) {
      const method = this.#asked.get(id)
      if (method === undefined || !(Object.hasOwn(answerFilters, method) || turnMethods.includes(method))) {
        this.#asked.delete(id)
        return { forClient: data }
      }
    }
    return this.#parsed(data)
  }

  #notification(method: string, data: Buffer, start: string): Outgoing {
    const isRead = isMetered(method, start) || Object.hasOwn(notificationFilters, method)
    if (isRead) return this.#read({ method, params: parsed(data).params }, data)
    return this.#hidden.has(method) ? undefined : { forClient: data }
  }

  #read({ method, params }: { method: string; params: unknown }, data: Buffer): Outgoing {
    if (method === 'serverRequest/resolved' && isJsonObject(params))
      this.#askedOfClient.delete(JSON.stringify(params['requestId']))
    this.#observer.notified(method, params)
    if (this.#hidden.has(method)) return undefined
    const filter = Object.hasOwn(notificationFilters, method) ? notificationFilters[method] : undefined
    return filter && isJsonObject(params)
      ? { forClient: { method, params: filter(params, this.#context) } }
      : { forClient: data }
  }

  #parsed(data: Buffer): Outgoing {
    const message = parsed(data)
    const { id, method, params, result } = message
    if (id === undefined) return typeof method === 'string' ? this.#read({ method, params }, data) : { forClient: data }
    if (typeof method === 'string') return this.#request(id, { method, params }, data)
    const key = JSON.stringify(id)
    const asked = this.#asked.get(key)
    this.#asked.delete(key)
    if (asked !== undefined) {
      this.#observer.answered(key, asked, message)
      const unplaced = this.#context.environments && unplacedThread(asked, result)
      if (unplaced !== undefined) this.#unplaced.add(unplaced)
    }
    const filter = asked !== undefined && Object.hasOwn(answerFilters, asked) ? answerFilters[asked] : undefined
    return filter && isJsonObject(result)
      ? { forClient: { id, result: filter(result, this.#context) } }
      : { forClient: data }
  }

  #request(id: string | number, asked: AskedOfClient, data: Buffer): Outgoing {
    if (!isForClients(asked.method) || this.#askedOfClient.size >= maxOpen)
      return { forServer: failed(id, code.unknownMethod, `No client answers ${asked.method}.`) }
    this.#askedOfClient.set(JSON.stringify(id), asked)
    this.#observer.asked(JSON.stringify(id), asked.params)
    return { forClient: data }
  }
}

function parsed(data: Buffer): Message {
  const message: unknown = JSON.parse(data.toString('utf8'))
  return isJsonObject(message) ? message : {}
}
