import { createHash } from 'node:crypto'
import type { Connection } from '../../../codex/app-server/connection.ts'
import type { NewTurnReason } from '../../../turn/event.ts'
import type { HistoryItem, TurnRequest } from '../../../turn/request.ts'
import { itemsFrom } from '../thread/response-items.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import { Conversation } from '../warm/conversation.ts'
import { isSameArguments } from './arguments.ts'
import type { OpenCalls } from './open-calls.ts'
import { toolStepFrom } from './step.ts'
import type { ToolStep } from './step.ts'

/** A turn of codex that waits for what its calls return. */
export interface OpenTurn {
  readonly connection: Connection
  readonly threadId: string
  readonly turnId: string
  /** What the environment of its commands contains. */
  readonly mark: string
  readonly calls: OpenCalls
  /** Interrupts it. Resolves when nothing is left. */
  end: () => Promise<void>
  /** Called when codex has ended it. */
  onLost: () => void
}

/** A turn in which a request goes on, and with what. */
export interface Resumed {
  turn: OpenTurn
  /** What each of its calls returned, by codex's id. */
  results: ReadonlyMap<string, ToolStep['messages'][number]['content']>
  messages: ToolStep['messages']
}

export interface WaitingLimits {
  /** How many turns may wait; beyond it the one that has waited longest, of the owner with the most, is ended. */
  count: number
  /** Milliseconds that one may wait. */
  lifeMs: number
}

interface Waiting {
  turn: OpenTurn
  owner: string
  settings: string
  /** Stands for the conversation up to the response that has the calls. */
  conversation: string
  text: string
  timer: NodeJS.Timeout
}

/** Characters of calls that one turn may wait with: they are compared with what the client returns. */
const maxCallChars = 1_048_576

/** The turns that wait for their client. A turn has no slot meanwhile, and no clock but its own. */
export class WaitingTurns {
  readonly #limits: WaitingLimits
  readonly #all = new Set<Waiting>()
  /** By owner and the id of a call. */
  readonly #byCall = new Map<string, Waiting>()
  /** By owner, settings and conversation: for clients that give calls ids of their own. */
  readonly #byConversation = new Map<string, Set<Waiting>>()

  constructor(limits: WaitingLimits) {
    this.#limits = limits
  }

  get count(): number {
    return this.#all.size
  }

  /** Whether a turn that ended so may wait. */
  accepts(calls: OpenCalls): boolean {
    return this.#limits.count > 0 && calls.all.reduce((sum, call) => sum + call.arguments.length, 0) <= maxCallChars
  }

  /** `text`: what the model's response says beside its calls. */
  put(turn: OpenTurn, request: TurnRequest, plan: TurnPlan, text: string): void {
    const { owner = '', history = [], input } = request
    const before: HistoryItem[] =
      input.length > 0 ? [...history, { type: 'message', role: 'user', content: input }] : history
    const settings = settingsOf(plan)
    const timer = setTimeout(() => this.#drop(waiting), this.#limits.lifeMs)
    const waiting: Waiting = { turn, owner, settings, conversation: conversationOf(before), text, timer }
    timer.unref()
    turn.onLost = () => this.#forget(waiting)
    this.#all.add(waiting)
    for (const { id } of turn.calls.all) this.#byCall.set(callKey(owner, id), waiting)
    const key = keyOf(waiting)
    this.#byConversation.set(key, (this.#byConversation.get(key) ?? new Set()).add(waiting))
    while (this.#all.size > this.#limits.count) this.#dropOne()
  }

  /**
   * The turn in which a request goes on, whose caller has it alone; or why it needs a new one; undefined where it brings no
   * results. A turn whose conversation goes on elsewhere is ended.
   */
  take(request: TurnRequest, plan: TurnPlan, connection: Connection): Resumed | NewTurnReason | undefined {
    const { owner = '' } = request
    const step = toolStepFrom(request)
    const settings = settingsOf(plan)
    const resumed = step && this.#find(step, owner, settings)
    const reason = resumed && typeof resumed === 'object' ? this.#claim(resumed, connection) : resumed
    for (const item of request.history ?? [])
      if (item.type === 'tool_call') this.#dropIf(this.#byCall.get(callKey(owner, item.call_id)))
    return step && (reason ?? 'none_open')
  }

  #find(step: ToolStep, owner: string, settings: string): (Resumed & { waiting: Waiting }) | NewTurnReason | undefined {
    const conversation = conversationOf(step.before)
    const ids = step.calls.map(({ call_id }) => callKey(owner, call_id))
    const byId = ids.flatMap((id) => this.#byCall.get(id) ?? [])[0]
    const candidates = byId ? [byId] : (this.#byConversation.get(keyOf({ owner, settings, conversation })) ?? [])
    let reason: NewTurnReason | undefined
    for (const waiting of candidates) {
      const found = matched(waiting, step, settings, conversation)
      if (typeof found === 'object') return { ...found, waiting }
      if (byId) reason = found
    }
    return reason
  }

  #claim({ waiting, ...resumed }: Resumed & { waiting: Waiting }, connection: Connection): Resumed | NewTurnReason {
    if (waiting.turn.connection !== connection) return 'none_open' // codex was replaced meanwhile
    this.#forget(waiting)
    return resumed
  }

  #dropOne(): void {
    const counts = new Map<string, number>()
    for (const { owner } of this.#all) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    const [most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
    this.#dropIf([...this.#all].find(({ owner }) => owner === most))
  }

  #dropIf(waiting: Waiting | undefined): void {
    if (waiting) this.#drop(waiting)
  }

  #drop(waiting: Waiting): void {
    this.#forget(waiting)
    void waiting.turn.end()
  }

  #forget(waiting: Waiting): void {
    clearTimeout(waiting.timer)
    this.#all.delete(waiting)
    for (const { id } of waiting.turn.calls.all) {
      const key = callKey(waiting.owner, id)
      if (this.#byCall.get(key) === waiting) this.#byCall.delete(key)
    }
    const key = keyOf(waiting)
    const same = this.#byConversation.get(key)
    same?.delete(waiting)
    if (same?.size === 0) this.#byConversation.delete(key)
  }
}

/** The results for the turn's calls, or why it is not the one. */
function matched(waiting: Waiting, step: ToolStep, settings: string, conversation: string): Resumed | NewTurnReason {
  const { turn, text } = waiting
  if (waiting.settings !== settings) return 'settings_changed'
  const ours = turn.calls.all
  const isSame =
    waiting.conversation === conversation &&
    (step.text === '' || withoutSpace(step.text) === withoutSpace(text)) &&
    step.calls.length === ours.length &&
    ours.every(({ name, arguments: text }, index) => {
      const theirs = step.calls[index]
      return theirs?.name === name && isSameArguments(text, theirs.arguments)
    })
  if (!isSame) return 'history_changed'
  if (!step.results) return 'results_missing'
  const results = new Map(ours.map(({ id }, index) => [id, step.results?.get(step.calls[index]!.call_id) ?? []]))
  return { turn, results, messages: step.messages }
}

/** All that shapes a thread or its turns and cannot be changed in a turn that runs. */
function settingsOf({ open, start, tools }: TurnPlan): string {
  const shape = [open, start.effort, start.outputSchema, tools?.required, tools?.instruction, tools?.single]
  return createHash('sha256').update(JSON.stringify(shape)).digest('base64')
}

function conversationOf(history: readonly HistoryItem[]): string {
  return new Conversation('tool loop', itemsFrom(history)).key
}

const withoutSpace = (text: string) => text.replace(/\s+/g, '')
const callKey = (owner: string, id: string) => JSON.stringify([owner, id])
const keyOf = ({ owner, settings, conversation }: Pick<Waiting, 'owner' | 'settings' | 'conversation'>) =>
  JSON.stringify([owner, settings, conversation])
