import type { Connection } from '../../../codex/app-server/connection.ts'

/** An idle thread that stays loaded: it contains a conversation, which may continue, or nothing yet. */
export interface WarmThread {
  id: string
  /** What the environment of its commands contains. */
  mark: string
  /** Settles when nothing of its last turn is left. */
  ready: Promise<unknown>
  /** Its last turn. */
  turnId?: string | undefined
  /** It contains nothing yet. */
  isEmpty?: true
}

export interface WarmLimits {
  /** How many there may be; the one that has been idle longest is unloaded. */
  count: number
  /** Milliseconds that one may be idle. */
  lifeMs: number
}

/** The idle threads of one app-server, each under the key of what it contains. Whoever takes one has it alone. */
export class WarmThreads {
  readonly #idle = new Map<string, { thread: WarmThread; timer: NodeJS.Timeout }>()
  readonly #limits: WarmLimits
  readonly #unload: (thread: WarmThread) => void

  /** `unload` is called for each thread that nobody took. */
  constructor(limits: WarmLimits, unload: (thread: WarmThread) => void) {
    this.#limits = limits
    this.#unload = unload
  }

  has(key: string): boolean {
    return this.#idle.has(key)
  }

  take(key: string): WarmThread | undefined {
    const found = this.#idle.get(key)
    if (found === undefined) return undefined
    clearTimeout(found.timer)
    this.#idle.delete(key)
    return found.thread
  }

  /** Of two that contain the same the later one stays: the provider's cache has seen it last. */
  put(key: string, thread: WarmThread): void {
    this.#drop(key)
    const timer = setTimeout(() => this.#drop(key), this.#limits.lifeMs)
    timer.unref()
    this.#idle.set(key, { thread, timer })
    for (const [oldest] of this.#idle) {
      if (this.#idle.size <= this.#limits.count) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    const thread = this.take(key)
    if (thread) this.#unload(thread)
  }
}

/** Unloads an idle thread. Where app-server is gone, so is the thread. */
export async function unload(connection: Connection, { id, ready }: WarmThread): Promise<void> {
  await ready
  await connection.request('thread/unsubscribe', { threadId: id }).catch(() => {})
}
