import { randomUUID } from 'node:crypto'
import { within } from '../../../turn/deadline.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { unusedNotifications } from '../../../codex/app-server/unused-notifications.ts'
import { hasBegun, hasTakenResult, interrupt, turnIdFrom } from './begin.ts'
import type { RunningOptions, TurnBegin } from './begin.ts'
import { EventBuffer } from './event-buffer.ts'
import { Milestone } from './milestone.ts'
import { openThread } from '../thread/open-thread.ts'
import { readingOf } from './reader-options.ts'
import { TurnReader } from './reader.ts'
import { ReviewTurn } from './review-turn.ts'
import { askForCall } from '../thread/tools.ts'
import { TurnUsage } from './usage.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import type { OpenCalls } from '../waiting/open-calls.ts'
import type { OpenTurn, Resumed } from '../waiting/open-turn.ts'
import { resume } from '../waiting/resume.ts'
import type { WarmThread } from '../warm/warm-threads.ts'

const unused = new Set(unusedNotifications) // what only a tap reads

/** Milliseconds for a thread without a subscriber to be unloaded. */
const unloadPatience = 3_000

/** One turn on an app-server: opens its thread or takes a warm one, starts it, reads its events, and clears everything but a thread that stays loaded. */
export class RunningTurn {
  readonly #connection: Connection
  #plan: TurnPlan
  readonly #warm: WarmThread | undefined
  #resumed: Resumed | undefined
  readonly #begin: TurnBegin
  readonly #outside: Pick<RunningOptions, 'tap' | 'asked' | 'called'>
  readonly #mark: string
  /** What is to be read of it. */
  readonly events = new EventBuffer()
  /** What is known of its tokens; all of it once the turn is closed. */
  readonly usage = new TurnUsage()
  readonly reader: TurnReader
  readonly #review: ReviewTurn
  #thread: Promise<string> | undefined
  #threadId: string | undefined
  #start: Promise<unknown> | undefined
  #unsubscribe = () => {}
  #staysLoaded = false
  /** Codex's turn, where it waits for results when this one is closed. */
  #open: OpenTurn | undefined
  #interrupted = false
  /** Codex has taken what a call returned: a turn that waited goes on. */
  readonly #tookResult = new Milestone()
  /** Codex's turn is over, or codex is gone. */
  readonly #ended = new Milestone()
  /** The thread is unloaded; until then it refuses to be resumed. */
  readonly #unloaded = new Milestone()
  /** Nothing of the turn is left. */
  readonly #cleared = new Milestone()
  constructor(connection: Connection, plan: TurnPlan, { warm, resumed, begin, ...outside }: RunningOptions = {}) {
    this.#connection = connection
    this.#plan = plan
    this.#warm = warm
    this.#begin = begin ?? { method: 'turn/start', params: plan.start }
    this.#outside = outside
    this.#review = new ReviewTurn(this.#begin.method)
    this.#resumed = resumed
    this.#mark = resumed?.turn.mark ?? warm?.mark ?? randomUUID()
    this.reader = new TurnReader({
      emit: (event) => this.events.push(event),
      ...readingOf(plan, this.#begin.method),
      resumed: resumed?.turn,
      askAgain: () => this.#askAgain(),
      usage: () => this.usage.sum,
      retryAfter: () => connection.retryAfter()
    })
  }

  /** Resolves with the thread's id. Rejects with a `GatewayError`. */
  open(): Promise<string> {
    return (this.#thread = this.#openThread())
  }

  async start(threadId: string): Promise<void> {
    if (this.#resumed) return this.#resume(this.#resumed)
    const { inject } = this.#plan
    const { method, params } = this.#begin
    if ((!this.#warm || this.#warm.isEmpty) && inject.length > 0)
      await this.#connection.request('thread/inject_items', { threadId, items: inject })
    this.#start = this.#connection.request(method, { threadId, ...params })
    const id = turnIdFrom(await this.#start, method)
    if (id === undefined) return
    if (id === this.#warm?.turnId) throw new GatewayError('thread_busy', 'The last turn of this thread still runs.') // which it would steer (codex-cli 0.169)
    this.reader.began(id)
  }

  async #resume(resumed: Resumed): Promise<void> {
    this.#start = Promise.resolve()
    await resume(this.#connection, resumed, this.#plan.tools?.instruction)
    await this.#tookResult.reached // codex may have died while it waited
    this.events.push({ type: 'turn.started', turn_id: resumed.turn.turnId })
  }

  /** The model answered without the call that it had to make: codex's next turn in the thread asks for it. */
  #askAgain(): void {
    const params = { threadId: this.#threadId, ...this.#plan.start, input: [askForCall] }
    this.#start = this.#connection.request('turn/start', params)
    this.#start
      .then((answer) => this.reader.began(turnIdFrom(answer, 'turn/start') ?? ''))
      .catch((error: unknown) => this.events.fail(error))
  }

  /** Has codex end the turn, which is then over for its readers as for codex. False when codex refused. */
  async interrupt(): Promise<boolean> {
    this.#interrupted = true
    return interrupt(this.#connection, this.#threadId ?? '', (await this.#review.innerId()) ?? this.reader.turnId)
  }

  /** The thread stays loaded when the turn is closed. */
  keepLoaded(threadId: string): WarmThread {
    this.#staysLoaded = true
    return { id: threadId, mark: this.#mark, ready: this.#cleared.reached, turnId: this.reader.turnId }
  }

  /** Codex's turn waits for these calls when this one is closed. What only its beginning needed is given up. */
  leaveOpen(calls: OpenCalls): OpenTurn {
    this.#plan = { ...this.#plan, inject: [] }
    this.#resumed = undefined
    const end = () => {
      this.#open?.onLost()
      this.#open = undefined
      return this.close()
    }
    const ids = { threadId: this.#threadId ?? '', turnId: this.reader.turnId ?? '', mark: this.#mark }
    return (this.#open = { connection: this.#connection, ...ids, calls, end, onLost: () => {} })
  }

  /** Ends what still runs and unloads the thread. An app-server that does not comply gets no more turns and ends after its last. */
  async close(): Promise<void> {
    this.reader.close()
    if (this.#open) return
    const complied = await within(this.#connection.patience.interrupt, this.#end())
    if (!complied) this.#connection.abandon(this.#threadId)
    this.#unsubscribe()
    this.#cleared.reach()
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
      counted: (event) => {
        this.usage.add(event)
        this.events.push(event)
      },
      called: (...call) => (this.#outside.called?.(...call) ?? false) || this.reader.called(...call),
      asked: (...question) => this.#outside.asked?.(...question) ?? false,
      lost: (error) => {
        this.events.fail(error)
        this.#tookResult.fail(error)
        this.#open?.onLost()
        if (!this.#connection.usable) this.#ended.reach()
      }
    })
  }

  #notified(method: string, params: object): void {
    this.#review.notified(method, params)
    if (method === 'thread/closed') return this.#unloaded.reach()
    if (hasTakenResult(method, params)) this.#tookResult.reach()
    if (!unused.has(method)) this.reader.notified(method, params)
    if (this.reader.over) {
      this.#ended.reach()
      this.#tookResult.reach()
      this.#open?.onLost()
    }
    if (method === 'rawResponse/completed') void this.#open?.end() // codex did not wait
    this.#outside.tap?.(method, params)
  }

  async #end(): Promise<void> {
    const threadId = await this.#thread
    if (threadId === undefined) return
    const runs = (await hasBegun(this.#start)) && !this.reader.over
    if (runs && (await this.interrupt())) await this.#ended.reached
    if (!this.#staysLoaded) await this.#connection.request('thread/unsubscribe', { threadId })
    else if (this.reader.ranCommand)
      await this.#connection.request('thread/backgroundTerminals/clean', { threadId }).catch(() => {})
    if (this.#plan.persistent && !this.#staysLoaded) await within(unloadPatience, this.#unloaded.reached)
    if (runs || this.reader.ranCommand || this.#interrupted) await this.#connection.clear(this.#mark) // a command runs a while before codex reports it
  }
}
