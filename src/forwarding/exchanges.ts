import type { Server } from 'node:http'
import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { Admitted } from '../http/door/verdict.ts'
import type { Mail } from '../broker/broker.ts'
import type { ExchangeAnswer, ToExchange } from '../wire/exchange.ts'
import { isReachableFor } from '../wire/ticker.ts'
import { times } from '../wire/times.ts'
import { Callers } from './callers.ts'
import { ForwardedExchange } from './exchange.ts'

/** Requests that one worker answers at once. One owner may have as many as it leaves to others. */
const most = 2_000
/** Milliseconds between two looks for those that nobody asks for any more. */
const lookMs = 1_000

/**
 * Requests of clients that front ends have let in and that this worker answers. Each has a connection of its own to the server,
 * in this process, so that an answer is read no faster than its client takes it, and a client that leaves is noticed.
 */
export class Exchanges implements Disposable {
  readonly #mail: Pick<Mail, 'isUp' | 'upSince'>
  readonly #open = new Map<string, ForwardedExchange>()
  readonly #bySocket = new WeakMap<object, ForwardedExchange>()
  readonly callers = new Callers()
  readonly #timer = setInterval(() => this.#look(), lookMs).unref()
  #server: Server | undefined

  constructor(mail: Pick<Mail, 'isUp' | 'upSince'>) {
    this.#mail = mail
  }

  /** From now on `server` answers; it need not listen. */
  serve(server: Server): void {
    this.#server = server
  }

  /** Who sent the request on this connection; undefined where that is none of a front end's. */
  callerOn(socket: object): Pick<Admitted, 'principal' | 'isStillValid'> | undefined {
    const exchange = this.#bySocket.get(socket)
    return exchange && { principal: exchange.caller, isStillValid: () => exchange.isValid }
  }

  answer(message: ToExchange): Promise<ExchangeAnswer> | ExchangeAnswer | undefined {
    if (message.do === 'open') return this.#begin(message)
    const exchange = this.#open.get(message.exchange)
    if (exchange) exchange.askedAt = performance.now()
    switch (message.do) {
      case 'body':
        return exchange?.body(message.index, message.data, message.last) ?? { gone: true }
      case 'more':
        return exchange?.part(message.n) ?? { gone: true }
      case 'leave':
        if (message.reason === 'client') this.#end(message.exchange)
        else if (exchange) exchange.isValid = false
        return undefined
    }
  }

  /** Resolves when no answer is left to be asked for, after so many milliseconds at most. */
  async settled(ms: number): Promise<void> {
    const until = performance.now() + ms
    while (this.#open.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const id of this.#open.keys()) this.#end(id)
  }

  #begin({
    exchange: id,
    front,
    request
  }: Extract<ToExchange, { do: 'open' }>): Promise<ExchangeAnswer> | ExchangeAnswer {
    this.callers.note(request.caller, front)
    const own = [...this.#open.values()].filter(({ caller }) => caller.id === request.caller.id).length
    if (!this.#server || own + 1 > most - this.#open.size) return { busy: true }
    const [client, server] = connected()
    const exchange = new ForwardedExchange(request, client)
    this.#open.set(id, exchange)
    this.#bySocket.set(server, exchange)
    this.#server.emit('connection', server)
    return request.hasBody ? { taken: true } : exchange.part(0)
  }

  /** Ends those whose front end is silent; what cannot reach this worker counts only while it could. */
  #look(): void {
    if (!isReachableFor(times.lost, this.#mail)) return
    const before = performance.now() - times.lost
    for (const [id, { askedAt }] of this.#open) if (askedAt < before) this.#end(id)
  }

  #end(id: string): void {
    this.#open.get(id)?.end()
    this.#open.delete(id)
  }
}

/** Both ends of a connection. Of one that is destroyed, the other learns nothing by itself (Node 20). */
function connected(): [Duplex, Duplex] {
  const [one, other] = duplexPair()
  one.once('close', () => other.destroy())
  other.once('close', () => one.destroy())
  return [one, other]
}
