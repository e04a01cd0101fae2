import { shuttingDown } from '../turn/error.ts'
import { AppServerSlots, Slot } from './app-server-slots.ts'
import { RestartLimit } from './restart-limit.ts'

/** What a supervisor has to know of what it starts. */
export interface SupervisedConnection {
  /** Whether it can be given more work. The supervisor sets it to false for one it retires. */
  usable: boolean
  /** Settles when it has ended. */
  readonly lost: Promise<unknown>
  /** The handshake. */
  open(): Promise<void>
  /** Resolves when nothing is left. May be called again. */
  stop(): Promise<void>
}

export interface SupervisorOptions {
  /** Milliseconds without a lease after which the app-server is stopped; the next lease starts another. Never, when left out. */
  idleMs?: number | undefined
  /**
   * Whether codex is logged in. An app-server reads the login only when it starts (codex-cli 0.169): one that started
   * without is replaced when there is one.
   */
  isLoggedIn?: (() => Promise<boolean>) | undefined
  /** What is hidden from an app-server, which is settled when it starts: it is replaced when this has changed. */
  hiding?: (() => string) | undefined
  /** Called for each app-server that has started. */
  onStart?: (() => unknown) | undefined
  /** Resolves when a lease may begin; what it resolves to is disposed of after the lease. At once, when left out. */
  enter?: (() => Promise<Disposable>) | undefined
  /** Bounds the app-servers of all supervisors together, with the milliseconds to wait for room; no bound when left out. */
  slots?: AppServerSlots | undefined
  slotPatience?: number | undefined
  /** Bounds how often it starts; one of its own, when left out. */
  restarts?: RestartLimit | undefined
}

/** A connection, until it is disposed of. */
export interface Lease<C> extends Disposable {
  readonly connection: C
}

interface Supervised<C> {
  connection: C
  leases: number
  loggedIn: boolean
  hiding: string
  slot: Slot
}

/** Keeps one app-server running: starts it when it is needed, and another when it has died, hangs or was stopped for being idle. */
export class AppServerSupervisor<C extends SupervisedConnection> {
  readonly #start: () => C
  readonly #options: SupervisorOptions
  readonly #slots: AppServerSlots
  readonly #all = new Set<Supervised<C>>()
  readonly #restarts: RestartLimit
  readonly #closing = new AbortController()
  #starting = false
  #current: Promise<Supervised<C>> | undefined
  #idle: NodeJS.Timeout | undefined

  /** `start` makes a connection that is then opened. */
  constructor(start: () => C, options: SupervisorOptions = {}) {
    this.#start = start
    this.#options = options
    this.#slots = options.slots ?? new AppServerSlots()
    this.#restarts = options.restarts ?? new RestartLimit()
  }

  get state(): 'stopped' | 'starting' | 'running' {
    if (this.#starting) return 'starting'
    return this.#all.size > 0 ? 'running' : 'stopped'
  }

  /**
   * Rejects with `engine_stopped` when codex cannot be started, with `overloaded` while it is not started again for having died
   * too often, and where too many others are busy.
   */
  async lease(): Promise<Lease<C>> {
    const entered = await this.#options.enter?.() // before it is looked at what is hidden from the app-server
    try {
      const supervised = await this.#usable()
      clearTimeout(this.#idle)
      supervised.leases++
      supervised.slot.idleSince = undefined
      let ended = false
      return {
        connection: supervised.connection,
        [Symbol.dispose]: () => {
          if (ended) return
          ended = true
          this.#release(supervised)
          entered?.[Symbol.dispose]()
        }
      }
    } catch (error) {
      entered?.[Symbol.dispose]()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(shuttingDown())
    clearTimeout(this.#idle)
    await this.#current?.catch(() => {})
    await Promise.all([...this.#all].map(({ connection }) => connection.stop()))
  }

  async #usable(): Promise<Supervised<C>> {
    const { isLoggedIn = async () => true } = this.#options
    for (;;) {
      this.#closing.signal.throwIfAborted()
      const current = (this.#current ??= this.#next().finally(() => (this.#starting = false)))
      const supervised = await current.catch((error: unknown) => {
        if (this.#current === current) this.#current = undefined
        throw error
      })
      if (!supervised.loggedIn && (await isLoggedIn())) supervised.connection.usable = false
      if (supervised.hiding !== this.#hiding()) supervised.connection.usable = false
      if (supervised.connection.usable) return supervised
      if (this.#current === current) this.#current = undefined
      this.#retire(supervised)
    }
  }

  #hiding(): string {
    return this.#options.hiding?.() ?? ''
  }

  async #next(): Promise<Supervised<C>> {
    this.#starting = true
    await this.#restarts.pause()
    const slot = new Slot()
    await this.#slots.take(slot, this.#closing.signal, this.#options.slotPatience)
    try {
      const loggedIn = (await this.#options.isLoggedIn?.()) ?? true
      const hiding = this.#hiding()
      const supervised = { connection: this.#start(), leases: 0, loggedIn, hiding, slot }
      slot.stop = () => this.#stopIdle(supervised)
      return await this.#opened(supervised)
    } catch (error) {
      if (![...this.#all].some((one) => one.slot === slot)) this.#slots.free(slot)
      throw error
    }
  }

  async #opened(supervised: Supervised<C>): Promise<Supervised<C>> {
    const { connection } = supervised
    this.#all.add(supervised)
    void connection.lost.then(() => this.#remove(supervised))
    try {
      await connection.open()
      this.#options.onStart?.()
      return supervised
    } catch (error) {
      void this.#remove(supervised)
      throw error
    }
  }

  #release(supervised: Supervised<C>): void {
    supervised.leases--
    this.#retire(supervised)
    if (supervised.leases > 0 || !supervised.connection.usable) return
    supervised.slot.idleSince = performance.now()
    this.#waitIdly(supervised)
    this.#slots.makeRoom()
  }

  #waitIdly(supervised: Supervised<C>): void {
    const { idleMs } = this.#options
    if (idleMs === undefined || this.#closing.signal.aborted) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#stopIdle(supervised), idleMs)
    this.#idle.unref()
  }

  /** Its start does not count towards the limit. */
  #stopIdle(supervised: Supervised<C>): void {
    if (supervised.leases > 0) return
    this.#restarts.reset()
    supervised.connection.usable = false
    this.#retire(supervised)
  }

  /** Stops one that gets no more work, once its last lease is over. */
  #retire(supervised: Supervised<C>): void {
    if (!supervised.connection.usable && supervised.leases === 0) void this.#remove(supervised)
  }

  async #remove(supervised: Supervised<C>): Promise<void> {
    await supervised.connection.stop()
    this.#all.delete(supervised)
    this.#slots.free(supervised.slot)
  }
}
