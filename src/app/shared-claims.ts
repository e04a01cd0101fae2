import type { Claims } from '../broker/broker.ts'
import { GatewayError } from '../turn/error.ts'

/** What only one of all front ends may have, by keys. */
export class SharedClaims {
  readonly #claims: Claims
  readonly #ownMark: () => string
  readonly #isAlive: (mark: string) => boolean

  constructor(claims: Claims, ownMark: () => string, isAlive: (mark: string) => boolean) {
    this.#claims = claims
    this.#ownMark = ownMark
    this.#isAlive = isAlive
  }

  async claim(key: string): Promise<boolean> {
    return (await this.#claims.take(key, this.#mark).catch(unusable)) !== undefined
  }

  async lock(key: string): Promise<(() => void) | undefined> {
    const claims = this.#claims
    const free = () => void claims.release(key).catch(() => {})
    if (await claims.take(key, this.#mark).catch(unusable)) return free
    const claim = await claims.holder(key).catch(() => undefined)
    if (claim && (claim.holder === this.#mark || this.#isAlive(claim.holder))) return undefined
    return (await claims.take(key, this.#mark, claim?.number).catch(unusable)) ? free : undefined // of those who try at once, one
  }

  async isLocked(key: string): Promise<boolean> {
    const claims = this.#claims
    const claim = await claims.holder(key).catch(() => undefined)
    return claim !== undefined && (claim.holder === this.#mark || this.#isAlive(claim.holder))
  }

  get #mark(): string {
    return this.#ownMark()
  }
}

export const unusableError = (cause: unknown) =>
  new GatewayError('overloaded', 'What is stored cannot be shared with the other front ends at the moment.', {
    retryAfter: 5,
    cause
  })

function unusable(cause: unknown): never {
  throw unusableError(cause)
}
