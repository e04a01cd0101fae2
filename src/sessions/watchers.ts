import { GatewayError } from '../turn/error.ts'
import type { Audience } from './event.ts'

/** Event streams of one session. */
const maxWatchers = 100

/** How many watch a session. */
export class Watchers {
  readonly #counts: Record<Audience, number> = { agent: 0, session: 0 }

  get all(): number {
    return this.#counts.agent + this.#counts.session
  }

  of(audience: Audience): number {
    return this.#counts[audience]
  }

  /** Throws where there are as many as there may be. */
  checkRoom(): void {
    if (this.all < maxWatchers) return
    throw new GatewayError('rate_limited', `A session may be watched by ${maxWatchers} at once.`, { retryAfter: 10 })
  }

  /** Counts one for as long as it watches. */
  async during<T>(audience: Audience, watch: () => Promise<T>): Promise<T> {
    this.#counts[audience] += 1
    try {
      return await watch()
    } finally {
      this.#counts[audience] -= 1
    }
  }
}
