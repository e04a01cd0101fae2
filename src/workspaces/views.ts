/**
 * Which turns may run at the same time, as far as others' files are concerned. A workspace that comes later is not hidden from the
 * turns that run already; so its first turn begins when those are over. Turns of one time do not wait for each other.
 */
export class Views {
  #now = 0
  /** Turns that run, by the time at which they began. */
  readonly #running = new Map<number, number>()
  #waiting: { since: number; resolve: () => void }[] = []

  /** A new time, from which on turns see no more than they should. To be called when what is hidden has changed. */
  advance(): number {
    return ++this.#now
  }

  /** A turn of a workspace that has been there since then; resolves when it may begin. To be disposed of when nothing of it is left. */
  async enter(since: number, signal?: AbortSignal): Promise<Disposable> {
    if (this.#isEarlier(since)) await this.#over(since, signal)
    const at = this.#now // what is hidden from it is looked up from here on
    this.#add(at, 1)
    let ended = false
    return {
      [Symbol.dispose]: () => {
        if (ended) return
        ended = true
        this.#add(at, -1)
      }
    }
  }

  #add(at: number, change: number): void {
    const count = (this.#running.get(at) ?? 0) + change
    if (count > 0) this.#running.set(at, count)
    else this.#running.delete(at)
    if (change > 0) return
    const ready = this.#waiting.filter(({ since }) => !this.#isEarlier(since))
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter))
    for (const { resolve } of ready) resolve()
  }

  /** Whether a turn runs that began before. */
  #isEarlier(since: number): boolean {
    return [...this.#running.keys()].some((at) => at < since)
  }

  #over(since: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { since, resolve }
      this.#waiting.push(waiter)
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter)
        reject(signal?.reason as Error)
      }
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
