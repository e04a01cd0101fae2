import { GatewayError } from '../turn/error.ts'

/** Milliseconds. At most `starts` in `span`; each after the second waits longer. */
const restart = { starts: 5, span: 60_000, firstWait: 250 }

/** Bounds how often an app-server that keeps dying is started again. */
export class RestartLimit {
  #startedAt: number[] = []

  /** Lets the first two starts through at once, and holds up later ones. Rejects with `overloaded` where there were too many. */
  async pause(): Promise<void> {
    const now = performance.now()
    this.#startedAt = this.#startedAt.filter((at) => now - at < restart.span)
    const recent = this.#startedAt.length
    if (recent >= restart.starts) {
      const retryAfter = Math.ceil((this.#startedAt[0]! + restart.span - now) / 1000)
      throw new GatewayError('overloaded', 'Codex keeps stopping. Please try again later.', { retryAfter }) // nothing has run
    }
    this.#startedAt.push(now)
    if (recent >= 2) await new Promise((resolve) => setTimeout(resolve, restart.firstWait * 2 ** (recent - 2)))
  }

  /** What was stopped was well: its start does not count. */
  reset(): void {
    this.#startedAt = []
  }
}
