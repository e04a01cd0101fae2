import { GatewayError, shuttingDown } from '../turn/error.ts'

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
}

/** A connection, until it is disposed of. */
export interface Lease<C> extends Disposable {
  readonly connection: C
}

/** Milliseconds. At most `starts` app-servers in `span`; each after the second waits longer. */
const restart = { starts: 5, span: 60_000, firstWait: 250 }

interface Supervised<C> {
  connection: C
  leases: number
  loggedIn: boolean
  hiding: string
}

/** Keeps one app-server running: starts it when it is needed, and another when it has died, hangs or was stopped for being idle. */
export class AppServerSupervisor<C extends SupervisedConnection> {
  readonly #start: () => C
  readonly #idleMs: number | undefined
  readonly #isLoggedIn: () => Promise<boolean>
  readonly #hiding: () => string
  readonly #onStart: () => unknown
  readonly #all = new Set<Supervised<C>>()
  #current: Promise<Supervised<C>> | undefined
  #startedAt: number[] = []
  #idle: NodeJS.Timeout | undefined
  #closed = false

  /** `start` makes a connection that is then opened. */
  constructor(
    start: () => C,
    { idleMs, isLoggedIn = async () => true, hiding = () => '', onStart = () => {} }: SupervisorOptions = {}
  ) {
    this.#start = start
    this.#idleMs = idleMs
    this.#isLoggedIn = isLoggedIn
    this.#hiding = hiding
    this.#onStart = onStart
  }

  /** Rejects with `engine_stopped` when codex cannot be started, with `overloaded` while it is not started again for having died too often. */
  async lease(): Promise<Lease<C>> {
    const supervised = await this.#usable()
    clearTimeout(this.#idle)
    supervised.leases++
    let ended = false
    return {
      connection: supervised.connection,
      [Symbol.dispose]: () => {
        if (ended) return
        ended = true
        supervised.leases--
        this.#retire(supervised)
        this.#waitIdly(supervised)
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    await this.#current?.catch(() => {})
    await Promise.all([...this.#all].map(({ connection }) => connection.stop()))
  }

  async #usable(): Promise<Supervised<C>> {
    for (;;) {
      if (this.#closed) throw shuttingDown()
      const current = (this.#current ??= this.#next())
      const supervised = await current.catch((error: unknown) => {
        if (this.#current === current) this.#current = undefined
        throw error
      })
      if (!supervised.loggedIn && (await this.#isLoggedIn())) supervised.connection.usable = false
      if (supervised.hiding !== this.#hiding()) supervised.connection.usable = false
      if (supervised.connection.usable) return supervised
      if (this.#current === current) this.#current = undefined
      this.#retire(supervised)
    }
  }

  async #next(): Promise<Supervised<C>> {
    await this.#pause()
    const loggedIn = await this.#isLoggedIn()
    const hiding = this.#hiding()
    const connection = this.#start()
    const supervised = { connection, leases: 0, loggedIn, hiding }
    this.#all.add(supervised)
    void connection.lost.then(() => this.#remove(supervised))
    try {
      await connection.open()
      this.#onStart()
      return supervised
    } catch (error) {
      void this.#remove(supervised)
      throw error
    }
  }

  /** Lets the first two starts through at once; an app-server that keeps dying is not started for ever. */
  async #pause(): Promise<void> {
    const now = performance.now()
    this.#startedAt = this.#startedAt.filter((at) => now - at < restart.span)
    const recent = this.#startedAt.length
    if (recent >= restart.starts) {
      const retryAfter = Math.ceil((this.#startedAt[0]! + restart.span - now) / 1000)
      throw new GatewayError('overloaded', 'Codex keeps stopping. Please try again later.', { retryAfter }) // nothing has run
    }
    this.#startedAt.push(now)
    if (recent >= 2) await new Promise((resolve) => setTimeout(resolve, restart.firstWait * 2 ** (recent - 2)))
  }

  /** One that was stopped for being idle was well: its start does not count towards the limit. */
  #waitIdly(supervised: Supervised<C>): void {
    if (this.#idleMs === undefined || this.#closed || supervised.leases > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      if (supervised.leases > 0) return
      this.#startedAt = []
      supervised.connection.usable = false
      this.#retire(supervised)
    }, this.#idleMs)
    this.#idle.unref()
  }

  /** Stops one that gets no more work, once its last lease is over. */
  #retire(supervised: Supervised<C>): void {
    if (!supervised.connection.usable && supervised.leases === 0) void this.#remove(supervised)
  }

  async #remove(supervised: Supervised<C>): Promise<void> {
    await supervised.connection.stop()
    this.#all.delete(supervised)
  }
}
