import { GatewayError } from '../../turn/error.ts'

/** Bounds what goes on at once. No owner may have more than it leaves free: one alone gets half. */
export class Shares {
  readonly #limit: number
  readonly #owners = new Map<string, number>()
  #all = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes one place until it is disposed of. Throws `overloaded` where there is none. */
  take(owner: string): Disposable {
    const own = this.#owners.get(owner) ?? 0
    if (own + 1 > this.#limit - (this.#all + 1))
      throw new GatewayError('overloaded', 'The gateway is fetching too many images at once.', { retryAfter: 1 })
    this.#change(owner, 1)
    return { [Symbol.dispose]: () => this.#change(owner, -1) }
  }

  #change(owner: string, by: number): void {
    const own = (this.#owners.get(owner) ?? 0) + by
    this.#all += by
    if (own === 0) this.#owners.delete(owner)
    else this.#owners.set(owner, own)
  }
}
