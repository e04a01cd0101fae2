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
    return this.#claims.take(key, this.#mark).catch(unusable)
  }

  async lock(key: string): Promise<(() => void) | undefined> {
    const claims = this.#claims
    const free = () => void claims.release(key).catch(() => {})
    if (await claims.take(key, this.#mark).catch(unusable)) return free
    const holder = await claims.holder(key).catch(() => undefined)
    if (holder !== undefined && (holder === this.#mark || this.#isAlive(holder))) return undefined
    await claims.release(key).catch(unusable)
    return (await claims.take(key, this.#mark).catch(unusable)) ? free : undefined
  }

  async isLocked(key: string): Promise<boolean> {
    const claims = this.#claims
    const holder = await claims.holder(key).catch(() => undefined)
    return holder !== undefined && (holder === this.#mark || this.#isAlive(holder))
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
