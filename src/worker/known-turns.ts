/** Turns to remember after they were started. */
const remembered = 100_000

/**
 * The turns that this worker has asked for or started, from before it asks. Without that, a front end that lists a turn while
 * the answer to `take` is on its way would learn that it is unknown, give it to another worker, and have it run twice.
 */
export class KnownTurns {
  readonly #taking = new Set<string>()
  readonly #started = new Set<string>()

  /** Begins to ask for it; false where it was asked for or started already. */
  take(turn: string): boolean {
    if (this.#taking.has(turn) || this.#started.has(turn)) return false
    this.#taking.add(turn)
    return true
  }

  /** Asking is over. `started`: it was given to this worker. */
  taken(turn: string, started: boolean): void {
    if (started) this.#start(turn)
    this.#taking.delete(turn)
  }

  isTaking(turn: string): boolean {
    return this.#taking.has(turn)
  }

  hasStarted(turn: string): boolean {
    return this.#started.has(turn)
  }

  #start(turn: string): void {
    this.#started.add(turn)
    if (this.#started.size <= remembered) return
    const [oldest] = this.#started
    if (oldest !== undefined) this.#started.delete(oldest)
  }
}
