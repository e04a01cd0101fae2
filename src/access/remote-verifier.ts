import { GatewayError } from '../turn/error.ts'
import { BriefCache } from './brief-cache.ts'
import { digestOf } from './principal.ts'
import { askVerifier } from './verifier-answer.ts'
import type { VerifierAnswer, VerifierOptions, VouchedClaims } from './verifier-answer.ts'

export interface RemoteVerifierOptions extends VerifierOptions {
  times?: Partial<typeof usualTimes> | undefined
}

/** Milliseconds: for how long an answer counts, and how long the verifier is left alone after failures. */
const usualTimes = { valid: 30_000, invalid: 5_000, pause: 5_000 }

/** Tokens that are being verified: of all clients, and of those of one address, so that no stranger takes what others need. */
const mostAtOnce = { all: 32, address: 8 }
const mostCached = 10_000
/** Failures in a row after which it is left alone. */
const mostFailures = 5

/** Asks a service of the operator's whom tokens are for. Only their hashes are stored. */
export class RemoteVerifier {
  readonly #options: VerifierOptions
  readonly #times: typeof usualTimes
  readonly #valid = new BriefCache<VouchedClaims>(mostCached)
  /** In a cache of its own: wrong tokens, which anybody can make up, push out no right ones. */
  readonly #invalid = new BriefCache<true>(mostCached)
  readonly #running = new Map<string, { asked: Promise<VouchedClaims | undefined>; from: string | undefined }>()
  #failures = 0
  #pausedUntil = 0

  constructor({ times, ...options }: RemoteVerifierOptions) {
    this.#options = options
    this.#times = { ...usualTimes, ...times }
  }

  /** Undefined for a token that is not valid. Rejects with a `GatewayError` (503) where the verifier cannot tell. `from`: the client's address. */
  async verify(token: string, from?: string): Promise<VouchedClaims | undefined> {
    const digest = digestOf(token)
    const cached = this.#valid.get(digest)
    if (cached || this.#invalid.get(digest)) return cached
    const running = this.#running.get(digest)
    if (running) return running.asked
    if (this.#isFull(from)) throw unavailable('too many tokens are being verified')
    if (Date.now() < this.#pausedUntil) throw unavailable('it has failed several times in a row')
    const asked = this.#ask(token, digest).finally(() => this.#running.delete(digest))
    this.#running.set(digest, { asked, from })
    return asked
  }

  #isFull(from: string | undefined): boolean {
    if (this.#running.size >= mostAtOnce.all) return true
    if (from === undefined) return false
    return [...this.#running.values()].filter((one) => one.from === from).length >= mostAtOnce.address
  }

  async #ask(token: string, digest: string): Promise<VouchedClaims | undefined> {
    const answer = await askVerifier(token, this.#options)
    this.#count(answer)
    const now = Date.now()
    switch (answer.kind) {
      case 'valid':
        this.#valid.set(digest, answer.claims, Math.min(answer.claims.exp * 1000, now + this.#times.valid))
        return answer.claims
      case 'invalid':
        this.#invalid.set(digest, true, now + this.#times.invalid)
        return undefined
      case 'unavailable':
        throw unavailable(answer.why)
    }
  }

  #count({ kind }: VerifierAnswer): void {
    this.#failures = kind === 'unavailable' ? this.#failures + 1 : 0
    if (this.#failures >= mostFailures) this.#pausedUntil = Date.now() + this.#times.pause
  }
}

const unavailable = (why: string) =>
  new GatewayError('overloaded', 'The service that verifies this API key cannot tell at the moment. Try again.', {
    reason: 'verifier_unavailable',
    retryAfter: 2,
    cause: new Error(`The verifier of CODEX_TOKEN_VERIFIER_URL: ${why}.`)
  })
