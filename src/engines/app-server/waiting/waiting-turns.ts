import { createHash } from 'node:crypto'
import type { Connection } from '../../../codex/app-server/connection.ts'
import type { NewTurnReason } from '../../../turn/event.ts'
import type { HistoryItem, TurnRequest } from '../../../turn/request.ts'
import { responseItemsFrom } from '../thread/response-items.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import { Conversation } from '../warm/conversation.ts'
import { isSameArguments } from './arguments.ts'
import type { OpenCall, OpenCalls } from './open-calls.ts'
import type { OpenTurn, Resumed, WaitingKey } from './open-turn.ts'
import { lastCallsOf, toolStepFrom } from './step.ts'
import type { ToolStep } from './step.ts'
import { WaitingIndex } from './waiting-index.ts'
import type { WaitingTurn } from './waiting-index.ts'

export interface WaitingLimits {
  /** How many turns may wait; beyond it the one that has waited longest, of the owner with the most, is ended. */
  count: number
  /** Milliseconds that one may wait. */
  lifeMs: number
}

/** Characters of calls that one turn may wait with: they are compared with what the client returns. */
const maxCallChars = 1_048_576

/** The turns that wait for their client. A turn has no slot meanwhile, and no clock but its own. */
export class WaitingTurns {
  readonly #limits: WaitingLimits
  readonly #index = new WaitingIndex()

  constructor(limits: WaitingLimits) {
    this.#limits = limits
  }

  /** Whether a turn that ended so may wait. */
  accepts(calls: OpenCalls): boolean {
    return this.#limits.count > 0 && calls.all.reduce((sum, call) => sum + call.arguments.length, 0) <= maxCallChars
  }

  /** `texts`: what the model's response says beside its calls; `key`: what `take` found for a turn that goes on. */
  put(
    turn: OpenTurn,
    request: TurnRequest,
    plan: TurnPlan,
    texts: readonly string[],
    key: WaitingKey = { settings: settingsOf(plan), conversation: conversationOf(allOf(request)).key }
  ): void {
    const timer = setTimeout(() => this.#drop(waiting), this.#limits.lifeMs)
    const text = texts.filter((one) => one !== '').join('\n\n')
    const waiting = { turn, owner: request.owner ?? '', ...key, text, timer }
    timer.unref()
    turn.onLost = () => this.#forget(waiting)
    this.#index.add(waiting)
    while (this.#index.all.size > this.#limits.count) this.#dropOne()
  }

  /**
   * The turn in which a request goes on, whose caller has it alone; or why it needs a new one; undefined where it brings no
   * results. A turn whose conversation goes on elsewhere is ended.
   */
  take(request: TurnRequest, plan: TurnPlan, connection: Connection): Resumed | NewTurnReason | undefined {
    const { owner = '', history = [] } = request
    const sharing = new Set(lastCallsOf(history).flatMap(({ call_id }) => this.#index.withCall(owner, call_id)))
    const step = toolStepFrom(request)
    if (!step) {
      this.#dropReplaced(sharing)
      return undefined
    }
    const settings = settingsOf(plan)
    const conversation = conversationOf(step.before)
    const key = { settings, conversation: conversation.key }
    const found = this.#find(step, owner, key, connection)
    this.#dropReplaced(sharing, key.conversation)
    if (typeof found !== 'object') return found ?? 'none_open'
    conversation.addAll(responseItemsFrom(allOf(request).slice(step.before.length)))
    return { ...found, key: { settings, conversation: conversation.key } }
  }

  /** Ends those of owners who are none any more. */
  release(isOwner: (owner: string) => boolean): void {
    for (const waiting of this.#index.all) if (!isOwner(waiting.owner)) this.#drop(waiting)
  }

  #find(
    step: ToolStep,
    owner: string,
    key: WaitingKey,
    connection: Connection
  ): Omit<Resumed, 'key'> | NewTurnReason | undefined {
    const byId = step.calls.flatMap(({ call_id }) => this.#index.withCall(owner, call_id))
    const others = byId.length > 0 ? [] : this.#index.inConversation(owner, key)
    let reason: NewTurnReason | undefined
    for (const waiting of [...byId, ...others]) {
      const found = matched(waiting, step, key)
      if (typeof found === 'object') {
        if (waiting.turn.connection !== connection) return 'none_open' // codex was replaced meanwhile
        this.#forget(waiting)
        return found
      }
      if (byId.length > 0) reason ??= found
    }
    return reason
  }

  /** Where several share an id, only the one of this conversation has been replaced. */
  #dropReplaced(sharing: ReadonlySet<WaitingTurn>, conversation?: string): void {
    for (const waiting of sharing)
      if (this.#index.all.has(waiting) && (sharing.size === 1 || waiting.conversation === conversation))
        this.#drop(waiting)
  }

  #dropOne(): void {
    const counts = new Map<string, number>()
    for (const { owner } of this.#index.all) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    const [most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
    const waiting = [...this.#index.all].find(({ owner }) => owner === most)
    if (waiting) this.#drop(waiting)
  }

  #drop(waiting: WaitingTurn): void {
    this.#forget(waiting)
    void waiting.turn.end()
  }

  #forget(waiting: WaitingTurn): void {
    clearTimeout(waiting.timer)
    this.#index.delete(waiting)
  }
}

/** The results for the turn's calls, or why it is not the one. */
function matched(
  waiting: WaitingTurn,
  step: ToolStep,
  { settings, conversation }: WaitingKey
): Omit<Resumed, 'key'> | NewTurnReason {
  const { turn, text } = waiting
  if (waiting.settings !== settings) return 'settings_changed'
  const pairs = pairsOf(turn.calls.all, step.calls)
  const isSame =
    waiting.conversation === conversation &&
    (step.text === '' || withoutSpace(step.text) === withoutSpace(text)) &&
    pairs?.every(([ours, theirs]) => theirs.name === ours.name && isSameArguments(ours.arguments, theirs.arguments))
  if (!isSame || !pairs) return 'history_changed'
  if (!step.results) return 'results_missing'
  const results = new Map(pairs.map(([ours, theirs]) => [ours.id, step.results?.get(theirs.call_id) ?? []]))
  return { turn, results, messages: step.messages }
}

/** Each call with the client's form of it: the one of its id, or in their order for a client that gives ids of its own. */
function pairsOf(
  ours: readonly OpenCall[],
  theirs: ToolStep['calls']
): [OpenCall, ToolStep['calls'][number]][] | undefined {
  if (ours.length !== theirs.length) return undefined
  const byId = new Map(theirs.map((call) => [call.call_id, call]))
  const hasOurIds = ours.every(({ id }) => byId.has(id))
  return ours.map((call, index) => [call, hasOurIds ? byId.get(call.id)! : theirs[index]!])
}

/** All that shapes a thread or its turns and cannot be changed in a turn that runs. */
function settingsOf({ open, start, tools }: TurnPlan): string {
  const shape = [open, start.effort, start.outputSchema, tools?.required, tools?.instruction, tools?.single]
  return createHash('sha256').update(JSON.stringify(shape)).digest('base64')
}

function conversationOf(history: readonly HistoryItem[]): Conversation {
  return new Conversation('tool loop', responseItemsFrom(history))
}

/** All that the model is sent. */
function allOf({ history = [], input }: TurnRequest): readonly HistoryItem[] {
  return input.length > 0 ? [...history, { type: 'message', role: 'user', content: input }] : history
}

const withoutSpace = (text: string) => text.replace(/\s+/g, '')
