import { TokenCounters } from '../../codex/app-server/token-counters.ts'
import type { TurnEnd } from '../../turn/event.ts'
import type { SharedAppServer } from '../../workspaces/shared/shared-app-server.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'
import { interruptedEnd, MeteredThread } from './metered-thread.ts'
import type { ThreadParts } from './metered-thread.ts'
import type { MeteredTurn } from './metered-turn.ts'
import { Sources } from './sources.ts'
import type { Source } from './sources.ts'
import type { Caller } from './turn-request.ts'

export interface MeterOptions extends Pick<ThreadParts, 'workspace' | 'chain'> {
  server: SharedAppServer
}

/**
 * Gives every turn of a shared app-server a slot in the queue and an account, whoever begins it, and ends those that must not go
 * on. What turns spend is told to the clients of their threads alone (codex-cli 0.169), so it is read on their connections.
 */
export class Meter {
  readonly sources: Sources
  readonly #parts: ThreadParts
  readonly #threads = new Map<string, MeteredThread>()
  readonly #accounts = new Set<Promise<unknown>>()
  /** Called when a thread has begun or ended its work. */
  #waiting: (() => void)[] = []

  constructor(options: MeterOptions) {
    const { server } = options
    this.sources = new Sources(server)
    this.#parts = {
      ...{ ...options, sources: this.sources },
      counters: new TokenCounters((threadId, event) => this.#threads.get(threadId)?.turn?.note(event)),
      account: (over) => {
        this.#accounts.add(over)
        void over.then(() => this.#accounts.delete(over))
      },
      isTurnElsewhere: (thread, id) =>
        [...this.#threads.values()].some((one) => one !== thread && one.turn?.startedId === id),
      changed: () => this.#changed()
    }
    server.listen((method, params) => this.#said(method, params))
    void server.lost.then(() => this.#stopped())
  }

  /** Resolves when all turns are accounted for; after `lost`, no more come. */
  async settled(): Promise<void> {
    while (this.#accounts.size > 0) await Promise.all(this.#accounts)
  }

  /** Resolves when nothing is at work that this connection alone hears: then it may be closed. */
  async left(source: Source): Promise<void> {
    const isNeeded = (thread: MeteredThread) =>
      source.hears(thread.id) && thread.isBusy && !this.sources.hear(thread.id, source)
    while ([...this.#threads.values()].some(isNeeded)) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.sources.delete(source)
    for (const thread of this.#threads.values()) if (thread.source === source) thread.source = undefined
  }

  /** Resolves to whether a connection may stop to hear this thread: not while it alone sees what its turn spends. */
  async mayLeave(source: Source, threadId: string): Promise<boolean> {
    const thread = this.#threads.get(threadId)
    const { sources } = this
    const isFree = !thread?.isBusy || sources.hear(threadId, source) || (await sources.follow(threadId))
    if (isFree && thread?.source === source) thread.source = undefined
    return isFree
  }

  /** A thread was opened on a connection. `isNew`: it was started there. */
  opened(id: string, { isNew, model, caller }: { isNew: boolean; model: unknown; caller: Caller }): void {
    this.#parts.counters.opened(id, isNew)
    const thread = this.#threads.get(id) ?? new MeteredThread(id, caller, this.#parts)
    this.#threads.set(id, thread)
    if (typeof model === 'string') thread.model = model
  }

  /** Codex may begin turns by itself, for this caller. */
  setOff(threadId: string, caller: Caller): void {
    const thread = this.#threads.get(threadId)
    if (thread) thread.caller = caller
  }

  /**
   * Resolves when a turn may begin: to the turn, or to undefined where one is at work, which gets what is sent. Rejects with a
   * `GatewayError` where it may not, or `signal` has aborted. A thread that nobody has opened has no turns: codex refuses that itself.
   */
  async begin(
    threadId: string,
    params: JsonObject,
    { caller, signal }: { caller: Caller; signal: AbortSignal }
  ): Promise<MeteredTurn | undefined> {
    return this.#threads.get(threadId)?.begin(params, caller, signal)
  }

  /** `turn/interrupt` is about to be sent. */
  interrupts(threadId: string): void {
    this.#parts.counters.interrupt(threadId)
  }

  /** A notification. Others than the clients of a thread are told of it, too, but not all. */
  notified(source: Source, method: string, params: unknown): void {
    const thread = this.#threadOf(params) ?? this.#subagentOf(method, params)
    if (!thread || !(thread.isSubagent || source.hears(thread.id))) return
    thread.source ??= source
    if (thread.source === source) thread.notified(method, params as JsonObject)
  }

  /** App-server asks the clients of a thread something, which it calls by this id as JSON. */
  asked(source: Source, id: string, params: unknown): void {
    const thread = this.#threadOf(params)
    if (thread?.source === source) thread.turn?.asks(id)
  }

  #threadOf(params: unknown): MeteredThread | undefined {
    return isJsonObject(params) ? this.#threads.get(String(params['threadId'])) : undefined
  }

  /** A thread that codex has opened for the turn of another one. */
  #subagentOf(method: string, params: unknown): MeteredThread | undefined {
    const { threadId, turn } = isJsonObject(params) ? params : {}
    const rootId = isJsonObject(turn) ? turn['rootTurnId'] : undefined
    if (method !== 'turn/started' || typeof threadId !== 'string' || typeof rootId !== 'string') return undefined
    const root = [...this.#threads.values()].find((one) => one.turn?.startedId === rootId)
    if (!root) return undefined
    const thread = new MeteredThread(threadId, root.caller, this.#parts)
    thread.isSubagent = true
    this.#threads.set(threadId, thread)
    return thread
  }

  /** On the gateway's own connection: the state of all threads, and what happens in those that it follows. */
  #said(method: string, params: unknown): void {
    const thread = this.#threadOf(params)
    if (!thread) return
    if (this.sources.own.hears(thread.id)) this.notified(this.sources.own, method, params)
    if (method === 'thread/closed' || method === 'thread/deleted') this.#closed(thread)
    if (method === 'thread/status/changed') this.#statusChanged(thread)
  }

  #statusChanged(thread: MeteredThread): void {
    if (this.#parts.server.active.has(thread.id)) void thread.follow()
    else if (thread.turn?.startedId !== undefined && !this.sources.hear(thread.id)) thread.end(interruptedEnd)
    this.#changed()
  }

  #closed(thread: MeteredThread): void {
    this.#parts.counters.notified(thread.id, 'thread/closed', {})
    thread.end(interruptedEnd)
    this.#threads.delete(thread.id)
    this.#changed()
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #stopped(): void {
    this.#parts.counters.stopped()
    for (const { turn } of this.#threads.values()) {
      turn?.end(stopped)
      turn?.leave()
    }
    this.#threads.clear()
    this.#changed()
  }
}

const stopped: TurnEnd = {
  type: 'turn.failed',
  error: { code: 'engine_stopped', message: 'Codex stopped before the turn was complete.' }
}
