import { RateLimit } from '../access/rate.ts'
import type { Allowance } from '../access/rate.ts'
import type { LeaderCalls } from './leader-calls.ts'

/**
 * So many a minute over all front ends: the one that leads counts. While nobody leads each front end counts its part by itself, and one
 * that begins to lead after another does not know what was used: a minute goes by until all of it is free again.
 */
export class SharedRates {
  readonly #calls: LeaderCalls
  readonly #count: () => number
  #counted = new RateLimit(1)
  readonly #own = new RateLimit(1)

  /** `count`: how many front ends there are. */
  constructor(calls: LeaderCalls, count: () => number) {
    this.#calls = calls
    this.#count = count
    calls.on('rate', ({ key, perMinute }) => this.#counted.take(String(key), Number(perMinute)))
  }

  /** This front end counts from now on. `isFirst`: no other did that it knew of. */
  leads(isFirst: boolean): void {
    this.#counted = new RateLimit(1, isFirst ? {} : { since: performance.now() })
  }

  async take(key: string, perMinute: number): Promise<Allowance> {
    try {
      return (await this.#calls.ask({ op: 'rate', key, perMinute })) as Allowance
    } catch {
      return this.#own.take(key, Math.max(perMinute / Math.max(this.#count(), 1), 1))
    }
  }
}
