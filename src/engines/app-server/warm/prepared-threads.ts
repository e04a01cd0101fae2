import { randomUUID } from 'node:crypto'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { openThread } from '../thread/open-thread.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import type { WarmThread, WarmThreads } from './warm-threads.ts'

/** How many settings are remembered. */
const remembered = 64

/** Empty threads of one app-server, each started before a turn needs it: one for each of the settings that were last used repeatedly. */
export class PreparedThreads {
  readonly #connection: Connection
  readonly #threads: WarmThreads
  readonly #starting = new Set<string>()
  /** Settings of earlier turns. Those of a single turn, such as instructions with the time in them, are not worth a thread. */
  readonly #used = new Set<string>()

  constructor(connection: Connection, threads: WarmThreads) {
    this.#connection = connection
    this.#threads = threads
  }

  /** `key` stands for the settings, and for what a thread reads when it starts. */
  take(key: string): WarmThread | undefined {
    return this.#threads.take(key)
  }

  /** Starts one for settings that were used before, if there is none. A failure is ignored: the next turn then starts its own. */
  async prepare(key: string, open: TurnPlan['open']): Promise<void> {
    if (!this.#wasUsed(key) || this.#starting.has(key) || this.#threads.has(key) || !this.#connection.usable) return
    this.#starting.add(key)
    const mark = randomUUID()
    const id = await openThread(this.#connection, open, mark).then(
      (opened) => opened.id,
      () => undefined
    )
    this.#starting.delete(key)
    if (id !== undefined) this.#threads.put(key, { id, mark, ready: Promise.resolve(), isEmpty: true })
  }

  #wasUsed(key: string): boolean {
    const before = this.#used.delete(key)
    this.#used.add(key)
    for (const oldest of this.#used) {
      if (this.#used.size <= remembered) break
      this.#used.delete(oldest)
    }
    return before
  }
}
