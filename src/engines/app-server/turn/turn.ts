import { randomUUID } from 'node:crypto'
import { within } from '../../../turn/deadline.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { TurnEvent, UsageEvent } from '../../../turn/event.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { unusedNotifications } from '../../../codex/app-server/unused-notifications.ts'
import { hasBegun, interrupt, turnIdFrom } from './begin.ts'
import type { RunningOptions, TurnBegin } from './begin.ts'
import { EventBuffer } from './event-buffer.ts'
import { openThread } from '../thread/open-thread.ts'
import { itemsFrom } from '../thread/response-items.ts'
import { inputFrom } from '../thread/thread-request.ts'
import { TurnReader } from './reader.ts'
import { ReviewTurn } from './review-turn.ts'
import { askForCall } from '../thread/tools.ts'
import { TurnUsage } from './usage.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import type { Usage } from '../../../turn/usage.ts'
import type { OpenCalls } from '../waiting/open-calls.ts'
import type { OpenTurn, Resumed } from '../waiting/open-turn.ts'
import type { WarmThread } from '../warm/warm-threads.ts'

/** What only a tap reads. */
const unused = new Set(unusedNotifications)

/** Milliseconds for a thread without a subscriber to be unloaded. */
const unloadPatience = 1_000

/** One turn on an app-server: opens its thread or takes a warm one, starts it, reads its events, and clears everything but a thread that stays loaded. */
export class RunningTurn {
  readonly #connection: Connection
  #plan: TurnPlan
  readonly #warm: WarmThread | undefined
  #resumed: Resumed | undefined
  readonly #begin: TurnBegin
  readonly #tap: (method: string, params: object) => void
  readonly #mark: string
  readonly #buffer = new EventBuffer()
  readonly #reader: TurnReader
  readonly #usage = new TurnUsage()
  readonly #review: ReviewTurn
  #thread: Promise<string> | undefined
  #threadId: string | undefined
  #start: Promise<unknown> | undefined
  #unsubscribe = () => {}
  #over = () => {}
  #unload = () => {}
  #clear = () => {}
  #staysLoaded = false
  /** Codex's turn, where it waits for results when this one is closed. */
  #open: OpenTurn | undefined
  #interrupted = false
  /** Called with the first that codex says of a thread, or with why nothing comes. */
  #heard: (error?: unknown) => void = () => {}
  /** Settles when codex's turn is over, or codex is gone. */
  readonly #ended = new Promise<void>((resolve) => (this.#over = resolve))
  /** Settles when the thread is unloaded; until then it refuses to be resumed. */
  readonly #unloaded = new Promise<void>((resolve) => (this.#unload = resolve))
  /** Settles when nothing of the turn is left. */
  readonly #cleared = new Promise<void>((resolve) => (this.#clear = resolve))

  constructor(connection: Connection, plan: TurnPlan, { warm, resumed, begin, tap = () => {} }: RunningOptions = {}) {
    this.#connection = connection
    this.#plan = plan
    this.#warm = warm
    this.#begin = begin ?? { method: 'turn/start', params: plan.start }
    this.#tap = tap
    this.#review = new ReviewTurn(this.#begin.method)
    this.#resumed = resumed
    this.#mark = resumed?.turn.mark ?? warm?.mark ?? randomUUID()
    this.#reader = new TurnReader({
      emit: (event) => this.#buffer.push(event),
      tools: plan.tools,
      discardable: plan.discardable ?? false,
      schema: plan.start.outputSchema !== undefined && plan.mayWork,
      resumed: resumed?.turn,
      idFromReply: this.#begin.method === 'review/start', // `turn/started` names another one (codex-cli 0.169)
      askAgain: () => this.#askAgain(),
      usage: () => this.#usage.sum,
      retryAfter: () => connection.retryAfter()
    })
  }

  /** What is known of its tokens; all of it once the turn is closed. */
  get usage(): { readonly sum: Usage | undefined; readonly events: readonly UsageEvent[] } {
    return this.#usage
  }

  /** Undefined until codex has said it. */
  get turnId(): string | undefined {
    return this.#reader.turnId
  }

  /** Whether the thread contains exactly what was emitted, so that it can be continued. */
  get isContinuable(): boolean {
    return this.#reader.isContinuable
  }

  /** The calls that codex's turn waits for, where it can go on with what they return. */
  get openCalls(): OpenCalls | undefined {
    return this.#reader.openCalls
  }

  /** Resolves with the thread's id. Rejects with a `GatewayError`. */
  async open(): Promise<string> {
    this.#thread = this.#openThread()
    return this.#thread
  }

  async start(threadId: string): Promise<void> {
    if (this.#resumed) return this.#resume(threadId, this.#resumed)
    const { inject } = this.#plan
    const { method, params } = this.#begin
    const isInThread = this.#warm !== undefined && !this.#warm.isEmpty
    if (!isInThread && inject.length > 0)
      await this.#connection.request('thread/inject_items', { threadId, items: inject })
    this.#start = this.#connection.request(method, { threadId, ...params })
    const id = turnIdFrom(await this.#start, method)
    if (id === undefined) return
    if (id === this.#warm?.turnId) throw new GatewayError('thread_busy', 'The last turn of this thread still runs.') // which it would steer (codex-cli 0.169)
    this.#reader.began(id)
  }

  /** What comes with the results is sent before them: codex asks the model again as soon as it has the last one (codex-cli 0.169). */
  async #resume(threadId: string, { turn, results, messages }: Resumed): Promise<void> {
    this.#start = Promise.resolve()
    const heard = new Promise<void>((resolve, reject) => {
      this.#heard = (error) => (error === undefined ? resolve() : reject(error as Error))
    })
    heard.catch(() => {}) // it may fail before it is awaited
    for (const message of messages)
      if (message.role === 'user') {
        const input = message.content.map(inputFrom)
        await this.#connection.request('turn/steer', { threadId, expectedTurnId: turn.turnId, input })
      } else await this.#connection.request('thread/inject_items', { threadId, items: itemsFrom([message]) })
    for (const [id, output] of results) turn.calls.answer(id, output)
    await heard // or codex may have died while it waited
    this.#buffer.push({ type: 'turn.started', turn_id: turn.turnId })
  }

  /** The model answered without the call that it had to make: codex's next turn in the thread asks for it. */
  #askAgain(): void {
    const params = { threadId: this.#threadId, ...this.#plan.start, input: [askForCall] }
    this.#start = this.#connection.request('turn/start', params)
    this.#start
      .then((answer) => this.#reader.began(turnIdFrom(answer, 'turn/start') ?? ''))
      .catch((error: unknown) => this.#buffer.fail(error))
  }

  /** The events since the last call. Rejects when nothing more can come. */
  next(): Promise<TurnEvent[]> {
    return this.#buffer.take()
  }

  /** Has `next` resolve, if only with nothing. */
  wake(): void {
    this.#buffer.wake()
  }

  /** Ends `next`, and with it the turn. */
  fail(error: unknown): void {
    this.#buffer.fail(error)
  }

  /** Has codex end the turn, which is then over for its readers as for codex. False when codex refused. */
  async interrupt(): Promise<boolean> {
    this.#interrupted = true
    return interrupt(this.#connection, this.#threadId ?? '', (await this.#review.innerId()) ?? this.#reader.turnId)
  }

  /** The thread stays loaded when the turn is closed. */
  keepLoaded(threadId: string): WarmThread {
    this.#staysLoaded = true
    return { id: threadId, mark: this.#mark, ready: this.#cleared, turnId: this.#reader.turnId }
  }

  /** Codex's turn waits for these calls when this one is closed. What only its beginning needed is given up. */
  leaveOpen(calls: OpenCalls): OpenTurn {
    this.#plan = { ...this.#plan, inject: [] }
    this.#resumed = undefined
    const [threadId, turnId] = [this.#threadId ?? '', this.#reader.turnId ?? '']
    const end = () => {
      this.#open = undefined
      return this.close()
    }
    const connection = this.#connection
    return (this.#open = { connection, threadId, turnId, mark: this.#mark, calls, end, onLost: () => {} })
  }

  /** Ends what still runs and unloads the thread. An app-server that does not comply gets no more turns and ends after its last. */
  async close(): Promise<void> {
    this.#reader.close()
    if (this.#open) return
    const complied = await within(this.#connection.patience.interrupt, this.#end())
    if (!complied) this.#connection.abandon(this.#threadId)
    this.#unsubscribe()
    this.#clear()
  }

  async #openThread(): Promise<string> {
    await this.#warm?.ready
    const id =
      this.#resumed?.turn.threadId ??
      this.#warm?.id ??
      (await openThread(this.#connection, this.#plan.open, this.#mark)).id
    this.#listen(id)
    return id
  }

  #listen(id: string): void {
    this.#threadId = id
    this.#unsubscribe = this.#connection.listen(id, {
      notified: (name, what) => this.#notified(name, what),
      counted: (event) => this.#counted(event),
      called: (what, answer) => this.#reader.called(what, answer),
      lost: (error) => {
        this.#buffer.fail(error)
        this.#heard(error)
        this.#open?.onLost()
        if (!this.#connection.usable) this.#over()
      }
    })
  }

  #notified(method: string, params: object): void {
    this.#review.notified(method, params)
    if (method === 'thread/closed') return this.#unload()
    this.#heard()
    if (!unused.has(method)) this.#reader.notified(method, params)
    if (this.#reader.over) {
      this.#over()
      this.#open?.onLost()
    }
    this.#tap(method, params)
  }

  #counted(event: UsageEvent): void {
    this.#usage.add(event)
    this.#buffer.push(event)
  }

  async #end(): Promise<void> {
    const threadId = await this.#thread
    if (threadId === undefined) return
    const runs = (await hasBegun(this.#start)) && !this.#reader.over
    if (runs && !(await this.interrupt())) this.#over()
    if (runs) await this.#ended
    if (!this.#staysLoaded) await this.#connection.request('thread/unsubscribe', { threadId })
    else if (this.#reader.ranCommand)
      await this.#connection.request('thread/backgroundTerminals/clean', { threadId }).catch(() => {})
    if (this.#plan.persistent && !this.#staysLoaded) await within(unloadPatience, this.#unloaded)
    if (runs || this.#reader.ranCommand || this.#interrupted) await this.#connection.clear(this.#mark) // a command runs a while before codex reports it
  }
}
