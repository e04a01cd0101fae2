/** Homes that one process at a time has to itself: a shared app-server and what saves and restores its home. */
export class HomeEntry {
  readonly #last = new Map<string, Promise<void>>()

  /** Resolves when those who entered before have left; to be called when one leaves. */
  async enter(path: string): Promise<() => void> {
    const before = this.#last.get(path)
    let leave = () => {}
    const left = new Promise<void>((resolve) => (leave = resolve))
    this.#last.set(path, left)
    await before
    return () => {
      if (this.#last.get(path) === left) this.#last.delete(path)
      leave()
    }
  }
}
