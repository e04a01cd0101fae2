/** A thread that waits, loaded: it holds a whole conversation, which may go on, or nothing yet. */
export interface WarmThread {
  id: string
  /** What the environment of its commands holds. */
  mark: string
  /** Settles when nothing of its last turn is left. */
  ready: Promise<unknown>
  /** Its last turn. */
  turnId?: string | undefined
  /** It was started ahead, and holds nothing yet. */
  isEmpty?: true
}

export interface WarmLimits {
  /** How many wait at most; the one that has waited longest gives way. */
  count: number
  /** Milliseconds that one waits. */
  lifeMs: number
}

/** The threads of one app-server that may be gone on with, each under the key of what it holds. Whoever takes one has it alone. */
export class WarmThreads {
  readonly #waiting = new Map<string, { thread: WarmThread; timer: NodeJS.Timeout }>()
  readonly #limits: WarmLimits
  readonly #unload: (thread: WarmThread) => void

  /** `unload` is told of each thread that nobody took. */
  constructor(limits: WarmLimits, unload: (thread: WarmThread) => void) {
    this.#limits = limits
    this.#unload = unload
  }

  get count(): number {
    return this.#waiting.size
  }

  has(key: string): boolean {
    return this.#waiting.has(key)
  }

  take(key: string): WarmThread | undefined {
    const found = this.#waiting.get(key)
    if (found === undefined) return undefined
    clearTimeout(found.timer)
    this.#waiting.delete(key)
    return found.thread
  }

  /** Of two that hold the same the later one stays: the provider's cache has seen it last. */
  put(key: string, thread: WarmThread): void {
    this.#drop(key)
    const timer = setTimeout(() => this.#drop(key), this.#limits.lifeMs)
    timer.unref()
    this.#waiting.set(key, { thread, timer })
    for (const [oldest] of this.#waiting) {
      if (this.#waiting.size <= this.#limits.count) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    const thread = this.take(key)
    if (thread) this.#unload(thread)
  }
}
