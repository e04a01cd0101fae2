import { z } from 'zod'
import type { OpenTransport, RpcTransport } from '../wire/transport.ts'
import { RpcTimeout } from '../wire/json-rpc.ts'
import type { Reply } from '../wire/json-rpc.ts'
import { GatewayError } from '../../turn/error.ts'
import { answerTo } from './answers.ts'
import { gatewayErrorFromRpc } from './failure.ts'
import { isReachable } from './methods.ts'
import type { AppServerMethod } from './methods.ts'
import { unusedNotifications } from './unused-notifications.ts'
import { Unclaimed } from './unclaimed.ts'
import { TokenCounters } from './token-counters.ts'
import type { UsageEvent } from '../../turn/event.ts'
import { ReportedWindows } from './rate-limits.ts'
import type { ReportedWindow } from './rate-limits.ts'

/** Who hears what app-server says of one thread. What it throws is told it as `lost`. */
export interface ThreadListener {
  notified: (method: string, params: object) => void
  /** Tokens of the thread's turn, before the notification that told them. */
  counted: (event: UsageEvent) => void
  /** The model called one of the caller's functions. True when the listener has taken it: `answer` is then its to call, once. */
  called: (params: object, answer: (reply: Reply) => void) => boolean
  /** App-server asks for something else. True when the listener will answer; else it is declined at once. */
  asked?: (method: string, params: object, answer: (reply: Reply) => void) => boolean
  /** Nothing more will come. */
  lost: (error: unknown) => void
}

/** Milliseconds: for the first call, for which codex has to start; for any other; for a turn to end that shall end. */
export interface Patience {
  start: number
  call: number
  interrupt: number
}

const usualPatience: Patience = { start: 15_000, call: 30_000, interrupt: 5_000 }

export interface ConnectionOptions {
  transport: OpenTransport
  patience?: Partial<Patience> | undefined
  /** Notifications that it need not send; those that no engine reads, when left out. */
  unused?: readonly string[] | undefined
  /** Takes what is reported of the account's usage windows. */
  onWindows?: ((windows: readonly ReportedWindow[]) => void) | undefined
}

const initialized = z.object({ userAgent: z.string() })

/** A running app-server: calls go to it, and what it says goes to the thread it is about. */
export class Connection {
  readonly #transport: RpcTransport
  readonly patience: Patience
  readonly #listeners = new Map<string, ThreadListener>()
  readonly #unclaimed = new Unclaimed()
  readonly lost: Promise<void>
  /** Whether it can be given another turn. */
  usable = true
  readonly usage = new TokenCounters((threadId, event) => this.#tell(threadId, (listener) => listener.counted(event)))
  readonly windows = new ReportedWindows()
  readonly #unused: readonly string[]
  readonly #onWindows: ConnectionOptions['onWindows']
  #stopped: Promise<void> | undefined

  constructor({ patience, transport, unused = unusedNotifications, onWindows }: ConnectionOptions) {
    this.#unused = unused
    this.#onWindows = onWindows
    this.patience = { ...usualPatience, ...patience }
    this.#transport = transport({
      notified: (method, params) => this.#notified(method, params),
      asked: (method, params, answer) => this.#asked(method, params, answer),
      tooLong: (head, tail) => this.#tooLong(head, tail)
    })
    this.lost = this.#transport.lost.then(() => this.#end())
  }

  /** The handshake. Rejects with `engine_stopped` when there is none. */
  async open(): Promise<void> {
    const capabilities = {
      experimentalApi: true,
      requestAttestation: false,
      optOutNotificationMethods: this.#unused
    }
    const client = { name: 'codex-gateway', title: 'Codex Gateway', version: '1' }
    const reply = await this.request('initialize', { clientInfo: client, capabilities }, this.patience.start)
    if (!initialized.safeParse(reply).success)
      throw new GatewayError('engine_stopped', 'What was started as codex app-server does not speak its protocol.')
    this.#transport.rpc.notify('initialized')
  }

  /** Rejects with a `GatewayError`. A call that is not answered means that no further turn should come here. */
  async request(method: AppServerMethod, params: object, milliseconds = this.patience.call): Promise<unknown> {
    if (!isReachable(method)) throw new Error(`${String(method)} is not in the table of methods that may be called`)
    try {
      return await this.#transport.rpc.request(method, params, milliseconds)
    } catch (error) {
      if (error instanceof RpcTimeout) this.usable = false
      throw gatewayErrorFromRpc(error)
    }
  }

  /** Hears a thread until the returned function is called. */
  listen(threadId: string, listener: ThreadListener): () => void {
    this.#listeners.set(threadId, listener)
    for (const { method, params } of this.#unclaimed.take(threadId)) listener.notified(method, params)
    return () => this.#listeners.delete(threadId)
  }

  #reported(windows: readonly ReportedWindow[]): void {
    if (windows.length > 0) this.#onWindows?.(windows)
  }

  /** Seconds until the account's limit is lifted, as far as app-server has told. */
  retryAfter(): number | undefined {
    return this.windows.secondsToReset(Date.now())
  }

  /** It does not comply: it gets no more turns, and nothing more is to be heard of the turn of this thread. */
  abandon(threadId: string | undefined): void {
    this.usable = false
    if (threadId !== undefined) this.usage.abandon(threadId, 'interrupted')
  }

  /** Ends what the commands of a turn left running, known by the turn's mark. */
  async clear(mark: string): Promise<void> {
    await this.#transport.clear(mark)
  }

  async stop(): Promise<void> {
    this.usable = false
    await (this.#stopped ??= this.#transport.stop())
  }

  #notified(method: string, params: unknown): void {
    if (typeof params !== 'object' || params === null) return
    const { threadId } = params as { threadId?: unknown }
    if (typeof threadId === 'string') {
      this.usage.notified(threadId, method, params)
      if (!this.#listeners.has(threadId)) this.#unclaimed.add({ threadId, method, params })
      this.#tell(threadId, (listener) => listener.notified(method, params))
    } else if (method === 'account/rateLimits/updated') this.#reported(this.windows.update(params))
  }

  #asked(method: string, params: unknown, answer: (reply: Reply) => void): void {
    const { threadId } = (params ?? {}) as { threadId?: unknown }
    let taken = false
    if (typeof threadId === 'string')
      this.#tell(threadId, (listener) => {
        taken =
          method === 'item/tool/call'
            ? listener.called(params as object, answer)
            : (listener.asked?.(method, params as object, answer) ?? false)
      })
    if (!taken) answer(answerTo(method))
  }

  #tell(threadId: string, what: (listener: ThreadListener) => void): void {
    const listener = this.#listeners.get(threadId)
    if (listener === undefined) return
    try {
      what(listener)
    } catch (error) {
      listener.lost(error)
    }
  }

  /** Costs only the call it answers or the thread it is about; what merely repeats the request costs nobody. */
  #tooLong(head: string, tail: string): void {
    const error = new GatewayError('upstream_error', 'Codex wrote a line that is too long.')
    const id = head.match(/^\{"id":(\d+),"(?:result|error)"/)?.[1]
    if (id !== undefined) return this.#transport.rpc.fail(Number(id), error)
    if (
      /^\{"method":"(?:item\/(?:started|completed)","params":\{"item":\{"type":"userMessage"|rawResponseItem\/)/.test(
        head
      )
    )
      return
    const threadId = (head.match(/"threadId":"([^"]+)"/) ?? tail.match(/"threadId":"([^"]+)"[^{}]*\}[^{}]*\}\s*$/))?.[1]
    if (threadId !== undefined) this.#listeners.get(threadId)?.lost(error)
  }

  #end(): void {
    this.usable = false
    this.usage.stopped()
    const error = new GatewayError('engine_stopped', 'Codex stopped before the turn was complete.')
    for (const listener of this.#listeners.values()) listener.lost(error)
  }
}
