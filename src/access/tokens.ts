import { hash, timingSafeEqual } from 'node:crypto'

interface Entry {
  digest: Buffer
  client: string
}

/** The tokens that are valid now. Only their hashes are kept. */
export class Tokens {
  #entries: Entry[] = []

  constructor(tokens: readonly string[]) {
    this.replace(tokens)
  }

  /** From now on these are valid, and no others. */
  replace(tokens: readonly string[]): void {
    this.#entries = tokens.map(digestOf).map((digest) => ({ digest, client: `key_${digest.toString('hex', 0, 4)}` }))
  }

  /** False when there are none: then anyone may come in. */
  get required(): boolean {
    return this.#entries.length > 0
  }

  /** Whose token it is; undefined when it is nobody's. Takes the same time for every token. */
  clientOf(token: string): string | undefined {
    const digest = digestOf(token)
    let client: string | undefined
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) client = entry.client
    return client
  }
}

const digestOf = (token: string) => hash('sha256', token, 'buffer')
