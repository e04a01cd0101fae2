import { GatewayError } from '../../turn/error.ts'
import type { Connection } from './connection.ts'

/** Milliseconds. At most `starts` children in `span`; each after the second waits longer. */
const restart = { starts: 5, span: 60_000, firstWait: 250 }

/** A child, and how many turns are on it. */
interface Kept {
  connection: Connection
  turns: number
}

/** Keeps one app-server running: starts it when it is needed, and another when it has died or hangs. */
export class Keeper {
  readonly #start: () => Connection
  readonly #all = new Set<Kept>()
  #current: Promise<Kept> | undefined
  #startedAt: number[] = []
  #closed = false

  constructor(start: () => Connection) {
    this.#start = start
  }

  /** A connection for one turn, until it is disposed. Rejects with `engine_stopped` when there can be none. */
  async lease(): Promise<Disposable & { connection: Connection }> {
    const kept = await this.#usable()
    kept.turns++
    let held = true
    return {
      connection: kept.connection,
      [Symbol.dispose]: () => {
        if (!held) return
        held = false
        kept.turns--
        this.#retire(kept)
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#current?.catch(() => {})
    await Promise.all([...this.#all].map(({ connection }) => connection.stop()))
  }

  async #usable(): Promise<Kept> {
    for (;;) {
      if (this.#closed) throw new GatewayError('engine_stopped', 'The gateway is shutting down.')
      const current = (this.#current ??= this.#next())
      const kept = await current.catch((error: unknown) => {
        if (this.#current === current) this.#current = undefined
        throw error
      })
      if (kept.connection.usable) return kept
      if (this.#current === current) this.#current = undefined
      this.#retire(kept)
    }
  }

  async #next(): Promise<Kept> {
    await this.#pause()
    const connection = this.#start()
    const kept = { connection, turns: 0 }
    this.#all.add(kept)
    void connection.lost.then(() => this.#remove(kept))
    try {
      await connection.open()
      return kept
    } catch (error) {
      void this.#remove(kept)
      throw error
    }
  }

  /** Lets the first two starts through at once; a child that keeps dying is not started for ever. */
  async #pause(): Promise<void> {
    const now = performance.now()
    this.#startedAt = this.#startedAt.filter((at) => now - at < restart.span)
    const recent = this.#startedAt.length
    if (recent >= restart.starts) {
      const retryAfter = Math.ceil((this.#startedAt[0]! + restart.span - now) / 1000)
      throw new GatewayError('engine_stopped', 'Codex keeps stopping. Please try again later.', { retryAfter })
    }
    this.#startedAt.push(now)
    if (recent >= 2) await new Promise((resolve) => setTimeout(resolve, restart.firstWait * 2 ** (recent - 2)))
  }

  /** Stops a child that gets no more turns, once its last one is over. */
  #retire(kept: Kept): void {
    if (!kept.connection.usable && kept.turns === 0) void this.#remove(kept)
  }

  async #remove(kept: Kept): Promise<void> {
    await kept.connection.stop()
    this.#all.delete(kept)
  }
}
