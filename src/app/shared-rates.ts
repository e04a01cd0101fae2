import { RateLimit } from '../access/rate.ts'
import type { Allowance } from '../access/rate.ts'
import type { LeaderCalls } from './leader-calls.ts'

/**
 * So many a minute over all front ends: the one that leads counts. While nobody leads each front end counts its part by itself, and one
 * that begins to lead after another does not know what was used: where `leads` is called, a minute goes by until all of it is free again.
 */
export class SharedRates {
  readonly #calls: LeaderCalls
  readonly #op: string
  readonly #count: () => number
  #counted = new RateLimit(1)
  readonly #own = new RateLimit(1)

  /** `op`: what is counted, apart from all else. `count`: how many front ends there are. */
  constructor(calls: LeaderCalls, op: 'rate' | 'attempt', count: () => number) {
    this.#calls = calls
    this.#op = op
    this.#count = count
    calls.on(op, ({ key, perMinute }) => this.#counted.take(String(key), Number(perMinute)))
  }

  /** This front end counts from now on. `isFirst`: no other did that it knew of. */
  leads(isFirst: boolean): void {
    this.#counted = new RateLimit(1, isFirst ? {} : { since: performance.now() })
  }

  async take(key: string, perMinute: number): Promise<Allowance> {
    try {
      return (await this.#calls.ask({ op: this.#op, key, perMinute })) as Allowance
    } catch {
      return this.#own.take(key, Math.max(perMinute / Math.max(this.#count(), 1), 1))
    }
  }
}
