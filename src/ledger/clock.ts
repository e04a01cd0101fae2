/**
 * Unix seconds that never go back in one process, nor behind `floor`: a clock that was wrong must not give out a budget twice. As
 * long as the machine's clock is behind, they go on by themselves, so that periods end.
 */
export class LedgerClock {
  readonly #now: () => number
  #latest = 0
  /** When it was `#latest`, in milliseconds of a clock that nobody sets. */
  #at = 0

  constructor(now: () => number = () => Date.now()) {
    this.#now = now
  }

  get now(): number {
    const wall = this.#wall
    if (wall < this.#latest) return this.#latest + Math.floor((performance.now() - this.#at) / 1000)
    this.notBefore(wall)
    return wall
  }

  /** No earlier time is returned from now on. */
  notBefore(floor: number): void {
    if (floor < this.#latest) return
    this.#latest = floor
    this.#at = performance.now()
  }

  /** Seconds that the machine's clock is behind what was returned. */
  get behind(): number {
    return Math.max(this.now - this.#wall, 0)
  }

  get #wall(): number {
    return Math.floor(this.#now() / 1000)
  }
}
