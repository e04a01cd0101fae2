import type { TurnEnd, TurnEvent } from '../../../turn/event.ts'
import { Calls } from './calls.ts'
import { cutFrom } from '../../../codex/wire/failure.ts'
import { turnEndFrom, unreviewable } from './ending.ts'
import { isDelta } from './notification.ts'
import type { Params } from './notification.ts'
import { Items } from './items.ts'
import type { Reply } from '../../../codex/wire/json-rpc.ts'
import type { ReaderOptions } from './reader-options.ts'
import type { OpenCalls } from '../waiting/open-calls.ts'
import { Texts } from './texts.ts'
import { WithheldText } from './withheld-text.ts'

/** Turns app-server's notifications of one turn into turn events. */
export class TurnReader {
  readonly #options: ReaderOptions
  readonly #texts: Texts
  readonly #items: Items
  readonly #calls: Calls
  readonly #withheld: WithheldText | undefined
  /** The model answered without the call that it had to make, and was asked once more. */
  #askedAgain = false
  #turnId: string | undefined
  /** Notifications that came before the turn's id was known. */
  #early: { method: string; params: Params }[] = []
  /** Codex has said something of it beside errors. */
  #hasBegun = false
  /** Codex's own turn is over. */
  #over = false
  /** The end was emitted. */
  #ended = false

  constructor(options: ReaderOptions) {
    const emit = (event: TurnEvent) => this.#emit(event)
    this.#options = options
    this.#texts = new Texts(emit, options)
    this.#items = new Items(emit, this.#texts)
    this.#calls = new Calls(
      emit,
      (error) => this.#end(error ? { type: 'turn.failed', error } : { type: 'turn.completed' }),
      options.tools,
      options.resumed?.calls
    )
    this.#turnId = options.resumed?.turnId
    this.#withheld = options.tools?.required ? new WithheldText() : undefined
  }

  get turnId(): string | undefined {
    return this.#turnId
  }

  /** Whether a command has run: it may have left processes running. */
  get ranCommand(): boolean {
    return this.#items.ranCommand
  }

  /** Whether codex's own turn is over. */
  get over(): boolean {
    return this.#over
  }

  /** The calls that codex's turn waits for, where it can go on with what they return. */
  get openCalls(): OpenCalls | undefined {
    return this.#over ? undefined : this.#calls.open
  }

  /** Whether the thread contains exactly what was emitted, so that it can be continued: with calls it lacks their results. */
  get isContinuable(): boolean {
    return this.#over && this.#calls.count === 0
  }

  /** The turn has this id: from `turn/started` or from the answer to `turn/start`, whichever comes first. */
  began(turnId: string): void {
    if (this.#turnId !== undefined) return
    this.#turnId = turnId
    for (const { method, params } of this.#early.splice(0)) this.notified(method, params)
  }

  /** Throws a `GatewayError` when the turn cannot go on. */
  notified(method: string, params: Params): void {
    const turnId = params.turnId ?? params.turn?.id
    if (turnId !== this.#turnId) {
      if (this.#turnId !== undefined) return
      const names = method === 'turn/started' && !this.#options.idFromReply
      if (!names || typeof turnId !== 'string') return void this.#early.push({ method, params })
      this.began(turnId)
    }
    if (method !== 'rawResponseItem/completed') this.#items.flush()
    if (isDelta(params)) this.#delta(method, params)
    else this.#event(method, params)
    this.#calls.notified()
  }

  /**
   * Codex asks for one of the caller's functions, and waits. False when this is not the turn it is for. It is not answered before
   * there is a result: an answer would make codex ask the model once more before an interrupt comes.
   */
  called(params: Params, answer: (reply: Reply) => void): boolean {
    if (params.turnId !== this.#turnId) return false
    this.#items.flush()
    this.#calls.requested(params, answer, this.#ended)
    return true
  }

  close(): void {
    this.#ended = true
    this.#calls.close()
  }

  #delta(method: string, { itemId, delta }: { itemId: string; delta: string }): void {
    switch (method) {
      case 'item/agentMessage/delta':
        return this.#texts.delta(itemId, delta)
      case 'item/reasoning/summaryTextDelta':
        return this.#texts.reasoningDelta(itemId, delta, true)
      case 'item/reasoning/textDelta':
        return this.#texts.reasoningDelta(itemId, delta, false)
      case 'item/commandExecution/outputDelta':
        return this.#emit({ type: 'item.delta', item_id: itemId, item_type: 'command_execution', delta })
    }
  }

  #event(method: string, params: Params): void {
    this.#over ||= method === 'error' && !this.#hasBegun && this.#options.idFromReply === true
    if (this.#over && !this.#hasBegun) return this.#end(unreviewable)
    this.#hasBegun = true
    switch (method) {
      case 'turn/started':
        return this.#askedAgain
          ? undefined
          : this.#emit({ type: 'turn.started', ...(this.#turnId !== undefined && { turn_id: this.#turnId }) })
      case 'item/started':
        return this.#items.started(params.item)
      case 'item/completed':
        return this.#items.completed(params.item)
      case 'item/reasoning/summaryPartAdded':
        return typeof params.itemId === 'string'
          ? this.#texts.summaryPart(params.itemId, Number(params.summaryIndex))
          : undefined
      case 'turn/plan/updated':
        return this.#items.plan(this.#turnId ?? '', params.plan)
      case 'rawResponseItem/completed':
        this.#items.raw(params.item)
        return this.#calls.responseItem(params.item)
      case 'rawResponse/completed':
        this.#texts.responseCompleted()
        return this.#calls.responseCompleted()
      case 'thread/tokenUsage/updated':
        return this.#texts.responseCompleted()
      case 'error':
        return params.willRetry === true ? this.#streamBroke(params.error) : undefined // any other is in the end of the turn too
      case 'turn/completed':
        return this.#completed(params.turn)
    }
  }

  /** Codex asks again after a filter too, and a second answer would follow the first: the first is the answer. */
  #streamBroke(error: Params['error']): void {
    const cut = cutFrom(error?.additionalDetails)
    if (cut) return this.#end({ type: 'turn.completed', cut })
    this.#texts.streamBroke()
    this.#emit({ type: 'error', message: 'The connection to the model was lost; Codex tries again.' })
  }

  #completed(turn: Params['turn']): void {
    this.#over = true
    if (turn?.status === 'completed') this.#texts.responseCompleted()
    const withoutRequiredCall = this.#options.tools?.required === true && this.#calls.count === 0
    if (turn?.status === 'completed' && withoutRequiredCall && !this.#texts.refused && !this.#askedAgain)
      return this.#askAgain()
    this.#end(
      turnEndFrom(turn, { refused: this.#texts.refused, withoutRequiredCall, retryAfter: this.#options.retryAfter })
    )
  }

  #askAgain(): void {
    if (this.#ended) return
    this.#askedAgain = true
    this.#over = false
    this.#turnId = undefined
    this.#withheld?.drop()
    this.#options.askAgain()
  }

  #end(end: TurnEnd): void {
    if (this.#ended) return
    const usage = this.#options.usage()
    this.#emit({ ...end, ...(usage && { usage }) })
    this.close()
  }

  #emit(event: TurnEvent): void {
    if (this.#ended) return
    if (this.#withheld?.add(event)) return this.#options.emit({ type: 'text.withheld' })
    if (event.type === 'tool.called' || event.type === 'turn.completed')
      for (const text of this.#withheld?.take() ?? []) this.#options.emit(text)
    this.#options.emit(event)
  }
}
