import { hash, randomBytes, randomInt } from 'node:crypto'

/** A key that the gateway has given out. Times are Unix seconds. */
export interface ApiKey {
  /** `ck_` and 12 letters or digits. */
  readonly id: string
  readonly name: string
  /** The id of the principal that it belongs to. */
  readonly principal: string
  /** The beginning and the end of its newest secret, by which people know it. */
  readonly hint: string
  readonly createdAt: number
  readonly expiresAt?: number | undefined
  readonly revokedAt?: number | undefined
  /** What it may be used for; everything where it is left out. */
  readonly models?: readonly string[] | undefined
  readonly workspaces?: readonly string[] | undefined
  readonly apis?: readonly string[] | undefined
  readonly scopes: readonly string[]
  /** Limits of its own, as people write them: `1M tokens a day`. */
  readonly limits?: readonly string[] | undefined
}

/** What all secrets begin with, so that scanners and people know them. */
const prefix = 'cgk_'

export interface NewSecret {
  /** Shown once. */
  secret: string
  /** SHA-256 in hex: a fast hash is right for 256 random bits. */
  digest: string
  hint: string
}

export function newSecret(): NewSecret {
  const secret = prefix + randomBytes(32).toString('base64url')
  return {
    secret,
    digest: hash('sha256', secret, 'hex'),
    hint: `${secret.slice(0, prefix.length + 2)}…${secret.slice(-4)}`
  }
}

/** Whether a token has the form of a key's secret. */
export function isApiKeySecret(token: string): boolean {
  return token.startsWith(prefix)
}

const characters = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function newKeyId(): string {
  return `ck_${Array.from({ length: 12 }, () => characters[randomInt(characters.length)]).join('')}`
}
