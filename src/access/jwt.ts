import { hash } from 'node:crypto'
import { compactVerify, decodeProtectedHeader, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { isPrincipalName, namedPrincipal } from './principal.ts'
import type { Principal } from './principal.ts'
import { isWorkspaceId } from '../turn/workspace-id.ts'

/** A kind of JWT, told from others by its header `typ`. A secret of one kind verifies no other. */
export interface JwtKind {
  /** In lower case; `undefined` for a header without one. */
  types: readonly (string | undefined)[]
  secrets: readonly Uint8Array[]
  /** What `aud` must hold, if anything. */
  audience?: string | undefined
}

/** Whom a valid JWT is for, and what of it is stored where somebody logs in with it. */
export interface VerifiedJwt {
  principal: Principal
  claims: JwtClaims
  /** SHA-256 in hex of the secret that verified it. */
  key: string
}

/** `exp` is in Unix seconds. */
export interface JwtClaims {
  name: string
  exp: number
  workspaces?: readonly string[] | undefined
  scopes?: readonly string[] | undefined
  /** `jti`: by which it can be revoked. */
  id?: string | undefined
  /** `exe`: the executor that it is for. */
  executor?: string | undefined
}

/** Seconds by which two clocks may differ. */
const leeway = 60

/** Verifies JWTs with shared secrets (HS256). Its secrets may be replaced while it runs. */
export class JwtVerifier {
  #kinds: readonly JwtKind[]
  #revoked: ReadonlySet<string>

  /** `revoked`: ids (`jti`) of tokens that are no longer valid. */
  constructor(kinds: readonly JwtKind[], revoked: Iterable<string> = []) {
    this.#kinds = kinds
    this.#revoked = new Set(revoked)
  }

  replace(kinds: readonly JwtKind[], revoked: Iterable<string> = []): void {
    this.#kinds = kinds
    this.#revoked = new Set(revoked)
  }

  /** Whether a token with these claims has been revoked. */
  isRevoked({ id }: JwtClaims): boolean {
    return id !== undefined && this.#revoked.has(id)
  }

  /** Undefined for one that is not valid, whatever the reason. */
  async verify(token: string): Promise<VerifiedJwt | undefined> {
    const kind = this.#kindOf(token)
    for (const secret of kind?.secrets ?? []) {
      const claims = await claimsOf(token, secret, kind?.audience)
      if (claims && this.isRevoked(claims)) return undefined
      if (claims) return { principal: jwtPrincipal(claims), claims, key: keyOf(secret) }
    }
    return undefined
  }

  /** Whether one of the secrets has signed it, whatever it says. */
  async hasSigned(token: string): Promise<boolean> {
    for (const secret of this.#kinds.flatMap(({ secrets }) => secrets)) if (await isSignedBy(token, secret)) return true
    return false
  }

  /** Whether a secret with this hash is still in use. */
  hasKey(key: string): boolean {
    return this.#kinds.some(({ secrets }) => secrets.some((secret) => keyOf(secret) === key))
  }

  #kindOf(token: string): JwtKind | undefined {
    try {
      const type = decodeProtectedHeader(token).typ?.toLowerCase()
      return this.#kinds.find(({ types }) => types.includes(type))
    } catch {
      return undefined
    }
  }
}

/** Has it the form of a JWT? Then it is no plain token. */
export function isJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}

/** The principal of these claims. */
export function jwtPrincipal({ name, workspaces, scopes }: JwtClaims): Principal {
  return namedPrincipal(name, { workspaces, scopes })
}

async function claimsOf(token: string, secret: Uint8Array, audience?: string): Promise<JwtClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      clockTolerance: leeway,
      requiredClaims: ['exp', 'sub'],
      ...(audience !== undefined && { audience })
    })
    return claimsFrom(payload)
  } catch {
    return undefined
  }
}

async function isSignedBy(token: string, secret: Uint8Array): Promise<boolean> {
  try {
    await compactVerify(token, secret, { algorithms: ['HS256', 'HS384', 'HS512'] })
    return true
  } catch {
    return false
  }
}

/** Undefined where one of them is not what it should be: a claim that cannot be read must not be taken for one that is absent. */
function claimsFrom({ sub, exp, ws, scope, jti, exe }: JWTPayload): JwtClaims | undefined {
  const workspaces = typeof ws === 'string' ? [ws] : ws
  const areWorkspaces =
    Array.isArray(workspaces) && workspaces.every((id) => typeof id === 'string' && isWorkspaceId(id))
  if (typeof sub !== 'string' || exp === undefined || !isPrincipalName(sub)) return undefined
  if (workspaces !== undefined && !areWorkspaces) return undefined
  if ([scope, jti, exe].some((claim) => claim !== undefined && typeof claim !== 'string')) return undefined
  return {
    name: sub,
    exp,
    ...(areWorkspaces && { workspaces: [...new Set(workspaces as string[])] }),
    ...(typeof scope === 'string' && { scopes: scope.split(' ').filter((one) => one !== '') }),
    ...(jti !== undefined && { id: jti }),
    ...(typeof exe === 'string' && { executor: exe })
  }
}

const keyOf = (secret: Uint8Array) => hash('sha256', secret, 'hex')
