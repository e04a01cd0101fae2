import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Authenticator, Identity } from '../../access/authenticator.ts'
import { digestOf } from '../../access/principal.ts'
import type { Principal } from '../../access/principal.ts'
import type { Kind } from '../../store/kind.ts'
import type { Records } from '../../store/records.ts'

/** What is stored of a login: nothing by which anybody could log in. */
const storedLogin = z.object({
  proof: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('token'), digest: z.string() }),
    z.object({
      kind: z.literal('jwt'),
      key: z.string(),
      claims: z.object({
        name: z.string(),
        exp: z.number(),
        workspaces: z.array(z.string()).optional(),
        scopes: z.array(z.string()).optional(),
        id: z.string().optional(),
        executor: z.string().optional()
      })
    }),
    z.object({
      kind: z.literal('vouched'),
      claims: z.object({
        name: z.string(),
        exp: z.number(),
        workspaces: z.array(z.string()),
        scopes: z.array(z.string())
      })
    })
  ]),
  /** Unix milliseconds. */
  expiresAt: z.number()
})

export type StoredLogin = z.output<typeof storedLogin>

/** Milliseconds that a login lives. */
export const loginLife = 43_200_000

export const loginKind: Kind<StoredLogin> = {
  name: 'login',
  version: 1,
  schema: storedLogin,
  bounds: { ttlMs: loginLife, count: 10_000, bytes: 16_777_216 }
}

/** The logins of browsers, each found by a random id that only its cookie holds. They outlive a restart, and end with their token. */
export class StoredLogins {
  readonly #records: Records<StoredLogin>
  readonly #authenticator: Authenticator

  constructor(records: Records<StoredLogin>, authenticator: Authenticator) {
    this.#records = records
    this.#authenticator = authenticator
  }

  /** Returns what the cookie holds, and until when it is valid, in Unix milliseconds. */
  async begin({ principal, proof }: Identity): Promise<{ cookie: string; expiresAt: number }> {
    const cookie = `${groupOf(principal)}${randomBytes(32).toString('base64url')}`
    const end = proof.kind === 'token' ? Infinity : proof.claims.exp * 1000
    const expiresAt = Math.min(Date.now() + loginLife, end)
    await this.#records.put(ownerOf(cookie), digestOf(cookie), { proof: proof as StoredLogin['proof'], expiresAt })
    return { cookie, expiresAt }
  }

  async find(cookie: string): Promise<{ principal: Principal; expiresAt: number } | undefined> {
    const login = await this.#records.get(ownerOf(cookie), digestOf(cookie))
    if (login === undefined || login.expiresAt <= Date.now()) return undefined
    const principal = this.#authenticator.principalOf(login.proof)
    return principal && { principal, expiresAt: login.expiresAt }
  }

  end(cookie: string): void {
    this.#records.delete(ownerOf(cookie), digestOf(cookie))
  }
}

/** Characters of a cookie that say in whose share of the logins it counts: nobody who logs in often pushes out others. */
const groupLength = 11

const groupOf = ({ id }: Principal) => digestOf(id).slice(0, groupLength)
const ownerOf = (cookie: string) => `login_${cookie.slice(0, groupLength)}`
