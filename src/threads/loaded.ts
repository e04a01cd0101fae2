import type { Connection } from '../codex/app-server/connection.ts'
import { unload, WarmThreads } from '../engines/app-server/warm/warm-threads.ts'
import type { WarmLimits, WarmThread } from '../engines/app-server/warm/warm-threads.ts'

/** The idle threads that are loaded in each app-server, so that their next turn begins at once. They end with it. */
export class LoadedThreads {
  readonly #limits: WarmLimits
  readonly #idle = new WeakMap<Connection, WarmThreads>()

  constructor(limits: WarmLimits) {
    this.#limits = limits
  }

  /** It is the taker's alone. */
  take(connection: Connection, threadId: string): WarmThread | undefined {
    return this.#on(connection).take(threadId)
  }

  put(connection: Connection, thread: WarmThread): void {
    this.#on(connection).put(thread.id, thread)
  }

  /** Unloads it, if it is loaded. */
  async unload(connection: Connection, threadId: string): Promise<void> {
    const thread = this.take(connection, threadId)
    if (thread) await unload(connection, thread)
  }

  #on(connection: Connection): WarmThreads {
    const idle =
      this.#idle.get(connection) ?? new WarmThreads(this.#limits, (thread) => void unload(connection, thread))
    this.#idle.set(connection, idle)
    return idle
  }
}
