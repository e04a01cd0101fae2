/** Whether one is connected, and since when (`performance.now()`). */
export interface Connected {
  readonly isUp: boolean
  readonly upSince: number
}

/** Whether others could reach this one for so many milliseconds: their silence counts only then. */
export const isReachableFor = (ms: number, { isUp, upSince }: Connected): boolean =>
  isUp && performance.now() - upSince >= ms

/**
 * Looks at the others at intervals. Silence counts only while one is connected and awake oneself: `since` is when both began,
 * for after a long pause the signs of life of others lie unread before the door.
 */
export class Ticker {
  readonly #connected: Connected
  readonly #everyMs: number
  readonly #tick: () => unknown
  #awakeSince = performance.now()
  #lastAt = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(connected: Connected, everyMs: number, tick: () => unknown) {
    this.#connected = connected
    this.#everyMs = everyMs
    this.#tick = tick
  }

  get since(): number {
    return Math.max(this.#awakeSince, this.#connected.upSince)
  }

  start(): void {
    this.#lastAt = performance.now()
    this.#timer = setInterval(() => this.#look(), this.#everyMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    if (now - this.#lastAt > this.#everyMs + 1_000) this.#awakeSince = now
    this.#lastAt = now
    void this.#tick()
  }
}
