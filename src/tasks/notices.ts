/** The next change of something, and how not to wait for it any more. */
export interface NextChange {
  /** Resolves with the change, or when there was none for long. */
  come: Promise<void>
  give: () => void
}

/** Wakes those in this gateway who wait for a task to change. */
export class Notices {
  readonly #waiting = new Map<string, Set<() => void>>()

  changed(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake()
  }

  /** How many wait for this task. */
  count(id: string): number {
    return this.#waiting.get(id)?.size ?? 0
  }

  /** Resolves with the next change, after so many milliseconds, or when `signal` aborts. */
  next(id: string, milliseconds: number, signal: AbortSignal): NextChange {
    let give = () => {}
    const come = new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set()
      this.#waiting.set(id, waiting)
      give = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', give)
        waiting.delete(give)
        if (waiting.size === 0) this.#waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(give, Math.max(0, milliseconds))
      signal.addEventListener('abort', give, { once: true })
      waiting.add(give)
    })
    return { come, give: () => give() }
  }
}
