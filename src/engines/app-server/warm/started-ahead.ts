import { randomUUID } from 'node:crypto'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { openThread } from '../thread/open-thread.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import type { WarmThread, WarmThreads } from './warm-threads.ts'

/** How many settings are remembered. */
const remembered = 64

/** Empty threads of one app-server, each started while nobody waits for it: one for each of the settings last used again. */
export class Stock {
  readonly #connection: Connection
  readonly #threads: WarmThreads
  readonly #starting = new Set<string>()
  /** Settings that threads were asked for. Those of one turn alone, such as instructions with the time in them, are not worth a thread. */
  readonly #asked = new Set<string>()

  constructor(connection: Connection, threads: WarmThreads) {
    this.#connection = connection
    this.#threads = threads
  }

  /** `key` stands for the settings, and for what a thread reads when it starts. */
  take(key: string): WarmThread | undefined {
    return this.#threads.take(key)
  }

  /** Starts one for settings that were asked for before, if there is none. Nobody is told when codex cannot: the next turn starts its own. */
  async fill(key: string, open: TurnPlan['open']): Promise<void> {
    if (!this.#wasAsked(key) || this.#starting.has(key) || this.#threads.has(key) || !this.#connection.usable) return
    this.#starting.add(key)
    const mark = randomUUID()
    const id = await openThread(this.#connection, open, mark).catch(() => undefined)
    this.#starting.delete(key)
    if (id !== undefined) this.#threads.put(key, { id, mark, ready: Promise.resolve(), isEmpty: true })
  }

  #wasAsked(key: string): boolean {
    const before = this.#asked.delete(key)
    this.#asked.add(key)
    for (const oldest of this.#asked) {
      if (this.#asked.size <= remembered) break
      this.#asked.delete(oldest)
    }
    return before
  }
}
