/** Milliseconds a turn takes as long as none has ended. */
const firstGuess = 10_000
/** openai-node and openai-python ignore a Retry-After of more than 60 s. */
const longest = 55_000
/** How much the latest turn counts in the mean. */
const weight = 1 / 8

/**
 * When requests that a full queue refused should come again. Each is given a time of its own, one place of the queue
 * after the other, so that a fan-out larger than the queue comes back as places become free and not all at once.
 */
export class RetryTimes {
  #meanMs: number | undefined
  /** The latest time given to each owner, until it has passed; in milliseconds of `performance.now()`. */
  readonly #given = new Map<string, number>()

  /** A turn had its slot for so many milliseconds. */
  ended(ms: number): void {
    this.#meanMs = this.#meanMs === undefined ? ms : this.#meanMs + (ms - this.#meanMs) * weight
  }

  /** Seconds after which the next refused request of `owner`, whose turns have so many slots, should come again. */
  next(owner: string, slots: number, now = performance.now()): number {
    for (const [name, at] of this.#given) if (at <= now) this.#given.delete(name)
    const mean = this.#meanMs ?? firstGuess
    const at = Math.min(Math.max(this.#given.get(owner) ?? 0, now + mean) + mean / slots, now + longest)
    this.#given.set(owner, at)
    // Rounded first: a sum of fractions may be a billionth beyond the second.
    return Math.min(Math.max(Math.ceil(Math.round(at - now) / 1000), 1), longest / 1000)
  }
}
