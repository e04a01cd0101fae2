import { setMaxListeners } from 'node:events'
import type { WebSocket } from 'ws'
import { dialAppServer } from '../../codex/wire/web-socket.ts'
import { within } from '../../turn/deadline.ts'
import { GatewayError } from '../../turn/error.ts'
import type { SupervisedConnection } from '../app-server-supervisor.ts'
import { Control } from './control.ts'
import type { Listener } from './listener.ts'

export interface SharedAppServerOptions {
  /** Prepares the home and starts the process. */
  start: () => Promise<Listener>
  /** Has the home to itself from when it resolves until what it resolves to is called. */
  enter: () => Promise<() => void>
  /** Called when nothing of the process is left, before another may start in the home. */
  ended?: (() => Promise<void>) | undefined
  /** Called when it has started, before anybody is connected. */
  opened?: ((request: Request) => Promise<void>) | undefined
  /** Called when the number of threads with a turn at work has changed. */
  onActive: (count: number) => void
}

/** Takes what app-server says of all threads, and of those that the gateway has resumed. */
export type Notified = (method: string, params: unknown) => void

/** A call of the gateway's own. */
export type Request = (method: string, params: object) => Promise<unknown>

/** Milliseconds for turns to end that were asked to. */
const interruptPatience = 2_000

/** Why an app-server ends, in words for those who are connected. */
const crashed = 'The app-server of this workspace stopped unexpectedly. Its threads are stored.'
const outdated = 'What this workspace may see has changed, so its app-server starts again.'

/** One app-server that several clients share, from its start until nothing of it is left. */
export class SharedAppServer implements SupervisedConnection {
  readonly #options: SharedAppServerOptions
  readonly #leaving = new AbortController()
  readonly lost: Promise<void>
  #lose = () => {}
  #opening: Promise<Listener> | undefined
  #listener: Listener | undefined
  #control: Control | undefined
  #stopped: Promise<void> | undefined
  #usable = true
  readonly #listeners = new Set<Notified>()
  /** Unix milliseconds. */
  startedAt: number | undefined

  constructor(options: SharedAppServerOptions) {
    this.#options = options
    setMaxListeners(0, this.#leaving.signal) // one for each client
    this.lost = new Promise((resolve) => (this.#lose = resolve))
  }

  get usable(): boolean {
    return this.#usable
  }

  /** The supervisor sets it to false where another one is needed, which can only start in its home when it has ended. */
  set usable(usable: boolean) {
    if (!usable) void this.#end(outdated)
  }

  /** Aborts when it ends; the reason is a sentence for those who are connected. */
  get leaving(): AbortSignal {
    return this.#leaving.signal
  }

  /** Threads with a turn at work. */
  get active(): ReadonlySet<string> {
    return this.#control?.active ?? new Set()
  }

  /** Rejects with a `GatewayError`. */
  async open(): Promise<void> {
    this.#listener = await (this.#opening ??= this.#start())
    this.#control = new Control(this.#listener, {
      active: this.#options.onActive,
      notified: (method, params) => this.#listeners.forEach((listener) => listener(method, params))
    })
    void Promise.race([this.#listener.exited, this.#control.closed]).then(() => this.#end(crashed))
    await this.#control.open()
    await this.#options.opened?.((method, params) => this.request(method, params))
    this.startedAt = Date.now()
  }

  /** A connection for one client. Not open yet. Throws `engine_stopped`. */
  dial(): WebSocket {
    if (!this.#listener || this.leaving.aborted)
      throw new GatewayError('engine_stopped', 'The app-server of this workspace has stopped.')
    return dialAppServer(this.#listener)
  }

  /** A call of the gateway's own. */
  async request(method: string, params: object): Promise<unknown> {
    return this.#started.request(method, params)
  }

  /** The id of the turn at work in a thread. */
  async runningTurn(threadId: string): Promise<string | undefined> {
    return this.#started.runningTurn(threadId)
  }

  /** Until it has ended. */
  listen(listener: Notified): void {
    this.#listeners.add(listener)
  }

  /** Resolves when all that it was sent before shows in `active`. */
  async settled(): Promise<void> {
    await this.#control?.settled()
  }

  /** Asks all who are connected to leave. */
  leave(reason: string): void {
    if (!this.leaving.aborted) this.#leaving.abort(reason)
  }

  get #started(): Control {
    if (this.#control) return this.#control
    throw new GatewayError('engine_stopped', 'The app-server of this workspace has not started.')
  }

  async #start(): Promise<Listener> {
    const exit = await this.#options.enter()
    void this.lost.then(exit)
    if (this.#stopped) throw new GatewayError('engine_stopped', 'The app-server of this workspace has stopped.')
    return this.#options.start()
  }

  async stop(): Promise<void> {
    await this.#end('The app-server of this workspace stops.')
  }

  #end(reason: string): Promise<void> {
    this.#usable = false
    this.leave(reason)
    return (this.#stopped ??= this.#stop())
  }

  async #stop(): Promise<void> {
    const listener = await this.#opening?.catch(() => undefined)
    try {
      if (this.#control) await within(interruptPatience, this.#control.interruptAll())
      await listener?.stop()
      this.#control?.close()
      if (listener) await this.#options.ended?.()
    } finally {
      this.#lose()
    }
  }
}
