import type { Pause, Question, TurnFrame, TurnObserver } from '../threads/observer.ts'
import { Beginning } from './beginning.ts'
import type { TurnEnd } from '../turn/event.ts'
import type { AgentItem } from './item-place.ts'
import { newId, secondsOf } from './ids.ts'
import { contentFrom } from './message.ts'
import type { Given, Message } from './message.ts'
import { Rest } from './rest.ts'
import { newTurn } from './shown-turn.ts'
import type { ShownTurn } from './shown-turn.ts'
import { howEnded, failedEnd } from './turn-end.ts'
import type { HowEnded, TurnError } from './turn-end.ts'
import type { NewRecord, Team, TurnHost, TurnOptions } from './turn-host.ts'
import { TurnItems } from './turn-items.ts'
import { tokenUsage } from './status.ts'
import type { TokenUsage } from './status.ts'
import { whenStorable } from './when-storable.ts'

/** One turn of a session: what codex says of it becomes events and items in the journal. */
export class AgentTurn implements TurnObserver {
  readonly #session: TurnHost
  readonly items: TurnItems
  readonly subagents: Team
  shown: ShownTurn
  /** Codex's id of it, once that has begun it. */
  codexId: string | undefined
  /** Messages that codex is given, and has not repeated yet. */
  #expected: Given[] = []
  /** Somebody wants it to end. */
  isCancelled = false
  /** It does not begin, and nobody knows of it. */
  isRefused = false
  /** It had to wait for its slot. */
  isQueued = false
  /** Ends it while it waits for its slot. */
  readonly waiting = new AbortController()
  readonly begun: Promise<void>
  readonly over: Promise<void>
  #begin = () => {}
  #finish = () => {}
  readonly #rest = new Rest(() => this.waiting.abort('shutdown'))
  #failure: TurnError | undefined
  readonly beginning: Beginning

  constructor(session: TurnHost, { former, inputs }: TurnOptions = {}) {
    this.beginning = new Beginning(inputs)
    this.#session = session
    this.begun = new Promise((resolve) => (this.#begin = resolve))
    this.over = new Promise((resolve) => (this.#finish = resolve))
    this.shown = former?.turn ?? newTurn(session)
    this.subagents = session.subagents
    const place = {
      turn_id: this.id,
      agentOf: (threadId: string) => this.subagents.idOf(threadId),
      shownPath: (path: string) => session.hosted?.shownPath(path) ?? path
    }
    this.items = new TurnItems((type, fields, item) => this.emit(type, fields, item), place, former?.index)
  }

  get id(): string {
    return this.shown.id
  }

  /** Writes an event of this turn. */
  emit(type: string, fields: object, item?: AgentItem, more: readonly NewRecord[] = []): void {
    const prefix = type.startsWith('command_execution') ? 'agent.output.' : 'agent.session.turn.'
    const record = item && { kind: 'item', id: item.id, scope: '', turn: this.id, body: JSON.stringify(item) }
    this.#session.emit(prefix + type, { turn_id: this.id, ...fields }, record && [record, ...more])
  }

  /** Writes how it is now. */
  changed(type: string, change: Partial<ShownTurn>, more: object = {}): void {
    this.shown = { ...this.shown, ...change }
    this.#session.emit(`agent.session.turn.${type}`, { turn_id: this.id, turn: this.shown, ...more }, [this.#record])
  }

  /** How it is now, to be stored with the next event. */
  withStatus(status: ShownTurn['status']): NewRecord {
    this.shown = { ...this.shown, status }
    return this.#record
  }

  get #record(): NewRecord {
    return { kind: 'turn', id: this.id, scope: '', turn: this.id, body: JSON.stringify(this.shown) }
  }

  /** The messages that it begins with, which codex repeats as one. */
  addAll(messages: readonly (Message | Given)[]): void {
    for (const message of messages) this.show({ ...message, isShown: false })
    if (this.#expected.length === 0) this.#expected.push({ content: [], isShown: true })
  }

  /** A user's message that codex is about to be given. */
  expect(given: Given): void {
    this.#expected.push(given)
  }

  /** Codex did not take it. */
  unexpect(given: Given): void {
    this.#expected = this.#expected.filter((one) => one !== given)
  }

  /** The message is part of the turn. */
  show(given: Given): void {
    if (given.isShown) return
    given.isShown = true
    const item = { id: newId('msg'), type: 'message', turn_id: this.id, role: 'user', content: given.content }
    const done = { ...item, phase: null, status: 'completed' }
    this.emit('item.added', { item: done, output_index: null }, done, given.records)
  }

  readonly noted = ({ method, params }: TurnFrame): void => {
    const { turn, turnId } = params as { turn?: { id?: unknown }; turnId?: unknown }
    this.start(turn?.id ?? turnId)
    if (method === 'item/completed') this.#noteMessage(params)
    if (method === 'item/started' || method === 'item/completed') this.subagents.noted(params)
    this.items.noted(method, params)
    if (method.startsWith('item/') && !method.includes('elta')) this.#session.worked()
  }

  /** Codex has begun it. */
  start(codexId: unknown): void {
    if (this.codexId !== undefined || typeof codexId !== 'string') return
    this.codexId = codexId
    this.#session.begun(codexId)
    this.#session.hosted?.watch(this)
    this.changed('in_progress', { status: 'in_progress', started_at: this.shown.started_at ?? secondsOf(Date.now()) })
    this.#begin()
  }

  readonly child = (threadId: string, method: string, params: object): void => {
    this.subagents.child(threadId, method, params)
    if (method === 'turn/completed') this.#session.worked()
  }

  readonly asked = (question: Question, pause: Pause): boolean => {
    this.#rest.take(pause)
    return this.#session.asked(question)
  }

  readonly called = (call: Question, pause: Pause): boolean => {
    this.#rest.take(pause)
    return this.#session.called(call)
  }

  /** Codex only waits for the caller: the slot is given back. `canGoOn`: it need not wait for long, for another can go on with the turn. */
  rest(canGoOn: boolean): void {
    this.#rest.begin(canGoOn)
  }

  /** Resolves when it has a slot again. */
  readonly resume = (): Promise<void> => this.#rest.end()

  /** Ends it from here, for this reason. */
  fail(error: TurnError): void {
    this.#failure ??= error
    this.waiting.abort('client')
  }

  readonly ended = (end: TurnEnd | undefined): void => {
    this.#rest.stop()
    if (this.isRefused) return this.#leave()
    if (this.#session.parks(end)) return (this.#leave(), this.#session.store())
    const how = this.#failure ? failedEnd(this.#failure) : howEnded(end, this.isCancelled)
    this.#storing(() => {
      this.subagents.end()
      this.items.end()
      const settled = this.#session.hosted?.settled(this.id, how.status === 'completed')
      const close = () => (this.#leave(), this.close(how, tokenUsage(end?.usage)))
      if (settled) void settled.then(() => this.#storing(close)).catch(() => {}) // what cannot be stored now is with the next event
      else close()
    })
  }

  readonly #storing = (action: () => void): void => whenStorable(this.#session.checkStore, action, () => this.#leave())

  /** Whoever waits for its beginning or its end need not any more. */
  #leave(): void {
    this.#begin()
    this.#finish()
  }

  /** Writes and stores its end, and that the session is idle. */
  close({ status, error }: HowEnded, usage: TokenUsage | null): void {
    if (error) this.#session.emit('error', { error: { type: 'server_error', ...error, param: null } })
    this.#session.ended(usage)
    this.changed(status, { status, error, usage, completed_at: secondsOf(Date.now()) }, { usage })
    this.#session.emitStatus()
    this.#session.flush()
  }

  /** Messages of others, such as those who watch the session on the page, are items too. */
  #noteMessage(params: object): void {
    const { item } = params as { item?: { type?: unknown; content?: unknown[] } }
    if (item?.type !== 'userMessage') return
    this.show(this.#expected.shift() ?? { content: contentFrom(item.content ?? []), isShown: false })
  }
}
