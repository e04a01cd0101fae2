import { GatewayError } from '../../turn/error.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'
import type { Message } from '../filter/message.ts'
import { openingMethods, settingOff, turnMethods } from './frames.ts'
import type { Meter } from './meter.ts'
import type { MeteredTurn } from './metered-turn.ts'
import type { Source } from './sources.ts'
import type { Caller } from './turn-request.ts'

export interface TapOptions {
  meter: Meter
  /** Who is at the other end. */
  caller: Caller
  /** Shows them a sentence. */
  warn: (sentence: string) => void
}

/** One connection to a shared app-server, as its meter sees it. */
export class Tap implements Source {
  readonly #options: TapOptions
  readonly #threads = new Set<string>()
  /** Turns that have been asked for and not answered, by the id of the request as JSON. */
  readonly #beginning = new Map<string, MeteredTurn>()
  readonly #admitting = new AbortController()
  /** The turn that has begun here last. */
  latest: MeteredTurn | undefined

  constructor(options: TapOptions) {
    this.#options = options
    options.meter.sources.add(this)
  }

  hears(threadId: string): boolean {
    return this.#threads.has(threadId)
  }

  warn(sentence: string): void {
    this.#options.warn(sentence)
  }

  /** Resolves when a request may be passed on; undefined where it may at once. Rejects with a `GatewayError`. `id` as JSON. */
  request(id: string, method: string, params: unknown): Promise<void> | undefined {
    const { meter, caller } = this.#options
    if (!isJsonObject(params) || typeof params['threadId'] !== 'string') return undefined
    const { threadId } = params
    if (turnMethods.includes(method)) return this.#begin(id, threadId, params)
    if (method === 'thread/unsubscribe') return this.#unsubscribe(threadId)
    if (method === 'turn/interrupt') meter.interrupts(threadId)
    if (settingOff.includes(method)) meter.setOff(threadId, caller)
    return undefined
  }

  /** App-server has answered a request. */
  answered(id: string, method: string, { result, error }: Pick<Message, 'result' | 'error'>): void {
    const turn = this.#beginning.get(id)
    this.#beginning.delete(id)
    if (error !== undefined && turn && turn.startedId === undefined) turn.refused()
    const { thread, model } = isJsonObject(result) ? result : {}
    if (!openingMethods.includes(method) || !isJsonObject(thread) || typeof thread['id'] !== 'string') return
    this.#threads.add(thread['id'])
    const { meter, caller } = this.#options
    meter.opened(thread['id'], { isNew: method === 'thread/start', model, caller })
  }

  notified(method: string, params: unknown): void {
    this.#options.meter.notified(this, method, params)
  }

  /** App-server asks a question, with this id as JSON. */
  asked(id: string, params: unknown): void {
    this.#options.meter.asked(this, id, params)
  }

  /** Who was at the other end has left. Resolves when the connection may be closed: turns go on, and it may be what counts them. */
  async leave(): Promise<void> {
    this.#admitting.abort()
    await this.#options.meter.left(this)
  }

  async #begin(id: string, threadId: string, params: JsonObject): Promise<void> {
    const { meter, caller } = this.#options
    const { signal } = this.#admitting
    const turn = await meter.begin(threadId, params, { caller, signal })
    if (signal.aborted) throw new GatewayError('engine_stopped', 'The client has left.')
    if (!turn) return
    this.latest = turn
    this.#beginning.set(id, turn)
  }

  async #unsubscribe(threadId: string): Promise<void> {
    if (!(await this.#options.meter.mayLeave(this, threadId)))
      throw new GatewayError('conflict', 'A turn is at work in this thread. Interrupt it first.')
    this.#threads.delete(threadId)
  }
}
