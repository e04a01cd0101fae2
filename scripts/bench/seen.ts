/** What has been seen, each to be waited for once. */
export class Seen {
  readonly #unread: string[] = []
  readonly #waiting = new Map<string, () => void>()

  add(what = ''): void {
    const waiting = this.#waiting.get(what)
    this.#waiting.delete(what)
    if (waiting) waiting()
    else this.#unread.push(what)
  }

  /** Resolves when it has been seen since it was last waited for. */
  next(what: string): Promise<void> {
    const place = this.#unread.indexOf(what)
    if (place < 0) return new Promise((resolve) => void this.#waiting.set(what, resolve))
    this.#unread.splice(0, place + 1)
    return Promise.resolve()
  }
}
