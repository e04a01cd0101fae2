import { GatewayError, turnErrorFrom } from '../../turn/error.ts'
import type { TurnEnd, TurnEvent } from '../../turn/event.ts'
import { Calls } from './calls.ts'
import { turnErrorFromAppServer } from './failure.ts'
import { itemFromAppServer } from './item.ts'
import { planFrom } from './plan.ts'
import { Texts } from './texts.ts'
import type { OfferedTools } from './tools.ts'
import { TurnUsage } from './usage.ts'

export interface ReaderOptions {
  say: (event: TurnEvent) => void
  tools: OfferedTools | undefined
  /** Whether the answer follows a JSON schema. */
  schema: boolean
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
  tokenUsage?: unknown
  usage?: unknown
  willRetry?: unknown
  plan?: unknown
}

/** Turns what app-server says of one turn into turn events. */
export class TurnReader {
  readonly usage = new TurnUsage()
  readonly #options: ReaderOptions
  readonly #texts: Texts
  readonly #calls: Calls
  #turnId: string | undefined
  /** What came before it was known which turn is ours. */
  #early: { method: string; params: Params }[] = []
  #planned = false
  /** Codex's own turn is over. */
  #over = false
  #acted = false
  #ended = false

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#texts = new Texts(options.say, options.schema)
    this.#calls = new Calls(options.say, () => this.#end({ type: 'turn.completed' }), options.tools)
  }

  get turnId(): string | undefined {
    return this.#turnId
  }

  /** Whether a command has run, which may have left something running. */
  get acted(): boolean {
    return this.#acted
  }

  get over(): boolean {
    return this.#over
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
    switch (method) {
      case 'item/agentMessage/delta':
        if (isDelta(params)) this.#texts.delta(params.itemId, params.delta)
        break
      case 'item/reasoning/summaryTextDelta':
      case 'item/reasoning/textDelta':
        if (isDelta(params)) this.#texts.thought(params.itemId, params.delta, method === 'item/reasoning/summaryTextDelta')
        break
      case 'item/reasoning/summaryPartAdded':
        if (typeof params.itemId === 'string') this.#texts.summaryPart(params.itemId, Number(params.summaryIndex))
        break
      case 'item/commandExecution/outputDelta':
        if (isDelta(params)) this.#say({ type: 'item.delta', item_id: params.itemId, item_type: 'command_execution', delta: params.delta })
        break
      default:
        this.#notifiedOnce(method, params)
    }
    this.#calls.heard()
  }

  /** Codex wants one of the caller's functions called, and waits. False when this turn is not the one to see to it. */
  called(params: Params): boolean {
    if (this.#ended || params.turnId !== this.#turnId) return false
    this.#calls.asked(params)
    return true
  }

  close(): void {
    this.#ended = true
    this.#calls.close()
  }

  /** What comes a few times in a turn. */
  #notifiedOnce(method: string, params: Params): void {
    switch (method) {
      case 'turn/started':
        return this.#say({ type: 'turn.started', ...(this.#turnId !== undefined && { turn_id: this.#turnId }) })
      case 'item/started':
        return this.#itemStarted(params.item)
      case 'item/completed':
        return this.#itemCompleted(params.item)
      case 'turn/plan/updated':
        return this.#plan(params.plan)
      case 'rawResponseItem/completed':
        return this.#calls.written(params.item)
      case 'rawResponse/completed':
        this.usage.response(params.usage)
        this.#texts.settled()
        return this.#calls.settled()
      case 'thread/tokenUsage/updated':
        this.usage.frame(params.tokenUsage)
        return this.#texts.settled()
      case 'error':
        if (params.willRetry !== true) return
        this.#texts.torn()
        return this.#say({ type: 'error', message: 'The connection to the model was lost; Codex tries again.' })
      case 'turn/completed':
        return this.#completed(params.turn)
    }
  }

  #itemStarted(original: unknown): void {
    const item = itemFromAppServer(original)
    if (item?.kind === 'other') {
      this.#acted ||= item.item.type === 'command_execution'
      this.#say({ type: 'item.started', item: item.item })
    }
    else if (item) this.#texts.started(item)
  }

  #itemCompleted(original: unknown): void {
    const item = itemFromAppServer(original)
    if (item?.kind === 'other') this.#say({ type: 'item.completed', item: item.item })
    else if (item) this.#texts.completed(item)
  }

  #plan(steps: unknown): void {
    const item = planFrom(this.#turnId ?? '', steps)
    if (item) this.#say({ type: this.#planned ? 'item.updated' : 'item.started', item })
    this.#planned = true
  }

  #completed(turn: Params['turn']): void {
    this.#over = true
    switch (turn?.status) {
      case 'completed':
        return this.#end(this.#answered())
      case 'interrupted':
        return this.#end({ type: 'turn.interrupted', reason: 'elsewhere' })
      default:
        return this.#end({ type: 'turn.failed', error: turnErrorFromAppServer(turn?.error, this.#options.retryAfter) })
    }
  }

  #answered(): TurnEnd {
    this.#texts.settled()
    if (!this.#options.tools?.required || this.#calls.count > 0) return { type: 'turn.completed' }
    const error = turnErrorFrom(new GatewayError('upstream_error', 'The model answered without calling a tool, which tool_choice required.'))
    return { type: 'turn.failed', error }
  }

  #end(end: TurnEnd): void {
    if (this.#ended) return
    const usage = this.usage.value
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
