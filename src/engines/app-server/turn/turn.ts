import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { within } from '../../../turn/deadline.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { TurnEvent, UsageEvent } from '../../../turn/event.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { EventBuffer } from './event-buffer.ts'
import { openThread } from '../thread/open-thread.ts'
import { TurnReader } from './reader.ts'
import { askForCall } from '../thread/tools.ts'
import { TurnUsage } from './usage.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import type { Usage } from '../../../turn/usage.ts'
import type { WarmThread } from '../warm/warm-threads.ts'

const started = z.object({ turn: z.object({ id: z.string() }) })

/** Milliseconds for a thread without a subscriber to be unloaded. */
const unloadPatience = 1_000

/** One turn on an app-server: opens its thread or takes a warm one, starts it, reads its events, and clears everything but a thread that stays loaded. */
export class RunningTurn {
  readonly #connection: Connection
  readonly #plan: TurnPlan
  readonly #warm: WarmThread | undefined
  readonly #mark: string
  readonly #buffer = new EventBuffer()
  readonly #reader: TurnReader
  readonly #usage = new TurnUsage()
  #thread: Promise<string> | undefined
  #threadId: string | undefined
  #start: Promise<unknown> | undefined
  #unsubscribe = () => {}
  #over = () => {}
  #unload = () => {}
  #clear = () => {}
  #staysLoaded = false
  /** Settles when codex's turn is over, or codex is gone. */
  readonly #ended = new Promise<void>((resolve) => (this.#over = resolve))
  /** Settles when the thread is unloaded; until then it refuses to be resumed. */
  readonly #unloaded = new Promise<void>((resolve) => (this.#unload = resolve))
  /** Settles when nothing of the turn is left. */
  readonly #cleared = new Promise<void>((resolve) => (this.#clear = resolve))

  /** `warm` contains what the plan would put into a new thread, unless it is empty. */
  constructor(connection: Connection, plan: TurnPlan, warm?: WarmThread) {
    this.#connection = connection
    this.#plan = plan
    this.#warm = warm
    this.#mark = warm?.mark ?? randomUUID()
    const schema = plan.start.outputSchema !== undefined && plan.mayWork
    this.#reader = new TurnReader({
      emit: (event) => this.#buffer.push(event),
      tools: plan.tools,
      schema,
      askAgain: () => this.#askAgain(),
      usage: () => this.#usage.sum,
      retryAfter: () => connection.retryAfter()
    })
  }

  /** What is known of its tokens; all of it once the turn is closed. */
  get usage(): { readonly sum: Usage | undefined; readonly events: readonly UsageEvent[] } {
    return this.#usage
  }

  /** Whether the thread contains exactly what was emitted, so that it can be continued. */
  get isContinuable(): boolean {
    return this.#reader.isContinuable
  }

  /** Resolves with the thread's id. Rejects with a `GatewayError`. */
  async open(): Promise<string> {
    this.#thread = this.#warm ? this.#takeThread(this.#warm) : this.#openThread()
    return this.#thread
  }

  async start(threadId: string): Promise<void> {
    const { inject, start } = this.#plan
    const isInThread = this.#warm !== undefined && !this.#warm.isEmpty
    if (!isInThread && inject.length > 0)
      await this.#connection.request('thread/inject_items', { threadId, items: inject })
    this.#start = this.#connection.request('turn/start', { threadId, ...start })
    const reply = started.safeParse(await this.#start)
    if (!reply.success) throw new GatewayError('upstream_error', 'Codex did not start the turn.')
    const { id } = reply.data.turn
    if (id === this.#warm?.turnId) throw new GatewayError('thread_busy', 'The last turn of this thread still runs.') // which it would steer (codex-cli 0.169)
    this.#reader.began(id)
  }

  /** The model answered without the call that it had to make: codex's next turn in the thread asks for it. */
  #askAgain(): void {
    const params = { threadId: this.#threadId, ...this.#plan.start, input: [askForCall] }
    const reply = this.#connection.request('turn/start', params)
    this.#start = reply
    reply.then(
      (value) => this.#reader.began(started.parse(value).turn.id),
      (error: unknown) => this.#buffer.fail(error)
    )
  }

  /** The events since the last call. Rejects when nothing more can come. */
  next(): Promise<TurnEvent[]> {
    return this.#buffer.take()
  }

  /** Ends `next`, and with it the turn. */
  fail(error: unknown): void {
    this.#buffer.fail(error)
  }

  /** The thread stays loaded when the turn is closed. */
  keepLoaded(threadId: string): WarmThread {
    this.#staysLoaded = true
    return { id: threadId, mark: this.#mark, ready: this.#cleared, turnId: this.#reader.turnId }
  }

  /** Ends what still runs and unloads the thread. An app-server that does not comply gets no more turns and ends after its last. */
  async close(): Promise<void> {
    this.#reader.close()
    const complied = await within(this.#connection.patience.interrupt, this.#end())
    if (!complied) this.#abandon()
    this.#unsubscribe()
    this.#clear()
  }

  async #takeThread({ id, ready }: WarmThread): Promise<string> {
    await ready
    this.#listen(id)
    return id
  }

  async #openThread(): Promise<string> {
    const id = await openThread(this.#connection, this.#plan.open, this.#mark)
    this.#listen(id)
    return id
  }

  #abandon(): void {
    this.#connection.usable = false
    if (this.#threadId !== undefined) this.#connection.usage.abandon(this.#threadId, 'interrupted')
  }

  #listen(id: string): void {
    this.#threadId = id
    this.#unsubscribe = this.#connection.listen(id, {
      notified: (name, what) => this.#notified(name, what),
      counted: (event) => this.#counted(event),
      called: (what) => this.#reader.called(what),
      lost: (error) => {
        this.#buffer.fail(error)
        if (!this.#connection.usable) this.#over()
      }
    })
  }

  #notified(method: string, params: object): void {
    if (method === 'thread/closed') return this.#unload()
    this.#reader.notified(method, params)
    if (this.#reader.over) this.#over()
  }

  #counted(event: UsageEvent): void {
    this.#usage.add(event)
    this.#buffer.push(event)
  }

  async #end(): Promise<void> {
    const threadId = await this.#thread
    if (threadId === undefined) return
    const runs = await this.#runs()
    if (runs) await this.#interrupt(threadId)
    if (!this.#staysLoaded) await this.#connection.request('thread/unsubscribe', { threadId })
    else if (this.#reader.ranCommand)
      await this.#connection.request('thread/backgroundTerminals/clean', { threadId }).catch(() => {})
    if (this.#plan.persistent) await within(unloadPatience, this.#unloaded)
    if (runs || this.#reader.ranCommand) await this.#connection.clear(this.#mark) // a command runs a while before codex reports it
  }

  /** Whether codex has a turn to end: one it refused to start it does not have. */
  async #runs(): Promise<boolean> {
    const started =
      (await this.#start?.then(
        () => true,
        (error: unknown) => error instanceof GatewayError && error.code === 'engine_stopped'
      )) ?? false
    return started && !this.#reader.over
  }

  /** A refusal means that the turn is over already. A shell command survives the interrupt, so it is ended separately. */
  async #interrupt(threadId: string): Promise<void> {
    this.#connection.usage.interrupt(threadId)
    await this.#connection
      .request('turn/interrupt', { threadId, turnId: this.#reader.turnId ?? '' })
      .catch(() => this.#over())
    await this.#connection.request('thread/backgroundTerminals/clean', { threadId }).catch(() => {})
    await this.#ended
  }
}
