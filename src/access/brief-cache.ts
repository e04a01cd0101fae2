/** Values that are valid for a while. Bounded: the oldest goes first. */
export class BriefCache<T> {
  readonly #most: number
  readonly #entries = new Map<string, { value: T; until: number }>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string, now = Date.now()): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.until > now) return entry?.value
    this.#entries.delete(key)
    return undefined
  }

  /** `until` in Unix milliseconds. */
  set(key: string, value: T, until: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest)
  }
}
