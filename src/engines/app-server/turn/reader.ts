import type { TurnEnd, TurnEvent } from '../../../turn/event.ts'
import { Calls } from './calls.ts'
import { turnEndFrom } from './ending.ts'
import { Items } from './items.ts'
import { Texts } from './texts.ts'
import type { OfferedTools } from '../thread/tools.ts'
import type { Usage } from '../../../turn/usage.ts'

export interface ReaderOptions {
  say: (event: TurnEvent) => void
  tools: OfferedTools | undefined
  /** Whether the answer follows a JSON schema. */
  schema: boolean
  /** The tokens of the turn that are counted so far. */
  usage: () => Usage | undefined
  /** Seconds until the account's limit is lifted, where known. */
  retryAfter: () => number | undefined
}

/** What a notification of a turn may hold; each reader looks at what it needs. */
interface Params {
  turnId?: unknown
  itemId?: unknown
  delta?: unknown
  summaryIndex?: unknown
  item?: unknown
  turn?: { id?: unknown; status?: unknown; error?: unknown } | null
  willRetry?: unknown
  plan?: unknown
}

/** Turns what app-server says of one turn into turn events. */
export class TurnReader {
  readonly #options: ReaderOptions
  readonly #texts: Texts
  readonly #items: Items
  readonly #calls: Calls
  #turnId: string | undefined
  /** What came before it was known which turn is ours. */
  #early: { method: string; params: Params }[] = []
  /** Codex's own turn is over. */
  #over = false
  /** The last word is said. */
  #ended = false

  constructor(options: ReaderOptions) {
    const say = (event: TurnEvent) => this.#say(event)
    this.#options = options
    this.#texts = new Texts(say, options.schema)
    this.#items = new Items(say, this.#texts)
    this.#calls = new Calls(say, () => this.#end({ type: 'turn.completed' }), options.tools)
  }

  get turnId(): string | undefined {
    return this.#turnId
  }

  /** Whether a command has run, which may have left something running. */
  get acted(): boolean {
    return this.#items.acted
  }

  get over(): boolean {
    return this.#over
  }

  /** Whether the thread holds just what was told: a call of the caller's functions stands in it without its result. */
  get whole(): boolean {
    return this.#over && this.#calls.count === 0
  }

  /** The turn has this id: Codex has said so, or has answered `turn/start`, whichever came first. */
  began(turnId: string): void {
    if (this.#turnId !== undefined) return
    this.#turnId = turnId
    const early = this.#early
    this.#early = []
    for (const { method, params } of early) this.notified(method, params)
  }

  /** Throws a `GatewayError` when the turn cannot go on. */
  notified(method: string, params: Params): void {
    const turnId = params.turnId ?? params.turn?.id
    if (turnId !== this.#turnId) {
      if (this.#turnId !== undefined) return
      if (method !== 'turn/started' || typeof turnId !== 'string') return void this.#early.push({ method, params })
      this.began(turnId)
    }
    if (isDelta(params)) this.#grew(method, params)
    else this.#happened(method, params)
    this.#calls.heard()
  }

  /**
   * Codex wants one of the caller's functions called, and waits. False when this turn is not the one to see to it.
   * A turn that has ended lets it wait: an answer would make codex ask the model once more before the interrupt comes.
   */
  called(params: Params): boolean {
    if (params.turnId !== this.#turnId) return false
    if (!this.#ended) this.#calls.asked(params)
    return true
  }

  close(): void {
    this.#ended = true
    this.#calls.close()
  }

  #grew(method: string, { itemId, delta }: { itemId: string; delta: string }): void {
    switch (method) {
      case 'item/agentMessage/delta':
        return this.#texts.delta(itemId, delta)
      case 'item/reasoning/summaryTextDelta':
        return this.#texts.thought(itemId, delta, true)
      case 'item/reasoning/textDelta':
        return this.#texts.thought(itemId, delta, false)
      case 'item/commandExecution/outputDelta':
        return this.#say({ type: 'item.delta', item_id: itemId, item_type: 'command_execution', delta })
    }
  }

  #happened(method: string, params: Params): void {
    switch (method) {
      case 'turn/started':
        return this.#say({ type: 'turn.started', ...(this.#turnId !== undefined && { turn_id: this.#turnId }) })
      case 'item/started':
        return this.#items.started(params.item)
      case 'item/completed':
        return this.#items.completed(params.item)
      case 'item/reasoning/summaryPartAdded':
        return typeof params.itemId === 'string'
          ? this.#texts.summaryPart(params.itemId, Number(params.summaryIndex))
          : undefined
      case 'turn/plan/updated':
        return this.#items.planned(this.#turnId ?? '', params.plan)
      case 'rawResponseItem/completed':
        return this.#calls.written(params.item)
      case 'rawResponse/completed':
        this.#texts.settled()
        return this.#calls.settled()
      case 'thread/tokenUsage/updated':
        return this.#texts.settled()
      case 'error':
        return params.willRetry === true ? this.#torn() : undefined // the end of the turn says any other again
      case 'turn/completed':
        return this.#completed(params.turn)
    }
  }

  #torn(): void {
    this.#texts.torn()
    this.#say({ type: 'error', message: 'The connection to the model was lost; Codex tries again.' })
  }

  #completed(turn: Params['turn']): void {
    this.#over = true
    if (turn?.status === 'completed') this.#texts.settled()
    const withoutRequiredCall = this.#options.tools?.required === true && this.#calls.count === 0
    this.#end(turnEndFrom(turn, { withoutRequiredCall, retryAfter: this.#options.retryAfter }))
  }

  #end(end: TurnEnd): void {
    if (this.#ended) return
    const usage = this.#options.usage()
    this.#say({ ...end, ...(usage && { usage }) })
    this.close()
  }

  #say(event: TurnEvent): void {
    if (!this.#ended) this.#options.say(event)
  }
}

function isDelta(params: Params): params is { itemId: string; delta: string } {
  return typeof params.itemId === 'string' && typeof params.delta === 'string'
}
