/**
 * Unix seconds that never go back in one process, nor behind `floor`: a clock that was wrong must not give out a budget twice.
 */
export class LedgerClock {
  readonly #now: () => number
  #latest = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  get now(): number {
    return (this.#latest = Math.max(this.#latest, Math.floor(this.#now() / 1000)))
  }

  /** No earlier time is returned from now on. */
  notBefore(floor: number): void {
    this.#latest = Math.max(this.#latest, floor)
  }

  /** Seconds that the machine's clock is behind what was returned. */
  get behind(): number {
    return Math.max(this.#latest - Math.floor(this.#now() / 1000), 0)
  }
}
