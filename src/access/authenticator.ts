import { isApiKeySecret } from './api-key.ts'
import type { ApiKeys } from './api-keys.ts'
import { networkOf } from './attempts.ts'
import { anonymous, digestOf, keyPrincipal, namedPrincipal } from './principal.ts'
import type { Principal } from './principal.ts'
import { isJwt, jwtPrincipal } from './jwt.ts'
import type { JwtClaims, JwtVerifier } from './jwt.ts'
import type { RemoteVerifier } from './remote-verifier.ts'
import type { Tokens } from './tokens.ts'
import type { VouchedClaims } from './verifier-answer.ts'

/** What proves who somebody is, in a form that may be stored: it is no token. */
export type Proof =
  | { kind: 'token'; digest: string }
  | { kind: 'jwt'; key: string; claims: JwtClaims }
  | { kind: 'vouched'; claims: VouchedClaims }

/** Whom a token is for. */
export interface Identity {
  principal: Principal
  proof: Proof
  /** Whom the verifier vouches for now: asks it again, unless it was asked a moment ago. Rejects where it cannot tell. */
  again?: (() => Promise<VouchedClaims | undefined>) | undefined
}

/** A key that is not valid any more. */
export type EndedKey = 'expired' | 'revoked'

type TokenSource = Pick<Tokens, 'required' | 'principalOf' | 'principalOfDigest' | 'hasPrincipal'>
type KeySource = Pick<ApiKeys, 'exist' | 'find' | 'hasPrincipal' | 'isValid'>

/** Knows whom tokens are for: plain ones, keys that the gateway has given out, JWTs, and what the operator's verifier vouches for. */
export class Authenticator {
  readonly #tokens: TokenSource
  readonly #jwts: JwtVerifier | undefined
  readonly #keys: KeySource | undefined

  readonly #verifier: Pick<RemoteVerifier, 'verify'> | undefined

  constructor(tokens: TokenSource, jwts?: JwtVerifier, keys?: KeySource, verifier?: Pick<RemoteVerifier, 'verify'>) {
    this.#tokens = tokens
    this.#jwts = jwts
    this.#keys = keys
    this.#verifier = verifier
  }

  /** False where everybody is admitted. */
  get required(): boolean {
    const others = this.#jwts ?? this.#verifier
    return this.#tokens.required || others !== undefined || this.#keys?.exist === true
  }

  /** A promise only for a JWT, or where the verifier is asked. Undefined for a token that is not valid. `from`: the client's address. */
  identify(token: string, from?: string): Identity | undefined | Promise<Identity | undefined> {
    const digest = digestOf(token)
    const principal = this.#tokens.principalOfDigest(digest)
    if (principal) return { principal, proof: { kind: 'token', digest } }
    if (this.#keys && isApiKeySecret(token)) return identityOf(this.#keys, digest)
    if (this.#verifier) return this.#vouchedFor(token, this.#verifier, from)
    return this.#jwts && isJwt(token) ? identityFrom(this.#jwts, token) : undefined
  }

  /** Why a key that was valid is not any more; undefined for any other token. */
  endOf(token: string): EndedKey | undefined {
    const found = isApiKeySecret(token) ? this.#keys?.find(digestOf(token)) : undefined
    return typeof found === 'string' ? found : undefined
  }

  /** Whom a stored proof is for, as long as its token is valid. `now` in Unix milliseconds. */
  principalOf(proof: Proof, now = Date.now()): Principal | undefined {
    if (!this.required) return anonymous
    if (proof.kind === 'token') return this.#tokens.principalOfDigest(proof.digest) ?? this.#keyPrincipal(proof.digest)
    if (proof.kind === 'vouched')
      return this.#verifier && proof.claims.exp * 1000 > now ? vouchedPrincipal(proof.claims) : undefined
    const isKnown = this.#jwts?.hasKey(proof.key) === true && !this.#jwts.isRevoked(proof.claims)
    return isKnown && proof.claims.exp * 1000 > now ? jwtPrincipal(proof.claims) : undefined
  }

  /** Whether what this principal asked for, with the key of this id where it had one, may still be done. Who calls with a JWT, or is vouched for, is known to others. */
  mayAct({ id, key }: Pick<Principal, 'id' | 'key'>): boolean {
    if (!this.required) return id === anonymous.id
    if (key) return this.#keys?.isValid(key.id) === true
    const isForOthers = this.#jwts !== undefined || this.#verifier !== undefined
    return isForOthers || this.#tokens.hasPrincipal(id) || this.#keys?.hasPrincipal(id) === true
  }

  /** Whether what has let somebody in still does. Where the verifier cannot tell, what it said last counts until it is over. */
  async isStillValid({ proof, again }: Pick<Identity, 'proof' | 'again'>): Promise<boolean> {
    try {
      if (again) return (await again()) !== undefined
    } catch {
      // it is asked again soon
    }
    return this.principalOf(proof) !== undefined
  }

  /** A JWT that the gateway's own secrets have signed is its own to judge: one that is revoked or over is asked of nobody. */
  async #vouchedFor(
    token: string,
    verifier: Pick<RemoteVerifier, 'verify'>,
    from: string | undefined
  ): Promise<Identity | undefined> {
    const own = this.#jwts && isJwt(token) ? await identityFrom(this.#jwts, token) : undefined
    if (own || (await this.#jwts?.hasSigned(token))) return own
    const claims = await verifier.verify(token, from && networkOf(from))
    const again = () => verifier.verify(token)
    return claims && { principal: vouchedPrincipal(claims), proof: { kind: 'vouched', claims }, again }
  }

  #keyPrincipal(digest: string): Principal | undefined {
    return this.#keys && identityOf(this.#keys, digest)?.principal
  }
}

const vouchedPrincipal = ({ name, ...claims }: VouchedClaims) => namedPrincipal(name, claims)

function identityOf(keys: Pick<ApiKeys, 'find'>, digest: string): Identity | undefined {
  const key = keys.find(digest)
  return typeof key === 'object' ? { principal: keyPrincipal(key), proof: { kind: 'token', digest } } : undefined
}

async function identityFrom(jwts: JwtVerifier, token: string): Promise<Identity | undefined> {
  const verified = await jwts.verify(token)
  return (
    verified && { principal: verified.principal, proof: { kind: 'jwt', key: verified.key, claims: verified.claims } }
  )
}
