import { GatewayError } from '../turn/error.ts'

/** Requests that may wait for one task at once. */
const maxWaiting = 100

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

  /** Throws where so many wait for this task that one more would be too many. */
  checkRoom(id: string): void {
    if ((this.#waiting.get(id)?.size ?? 0) < maxWaiting) return
    throw new GatewayError('rate_limited', `${maxWaiting} requests wait for this task already.`, { retryAfter: 5 })
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
