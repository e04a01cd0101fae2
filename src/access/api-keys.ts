import type { Connection } from '../store/connection.ts'
import type { Store, Warn } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import { newKeyId, newSecret } from './api-key.ts'
import type { ApiKey } from './api-key.ts'
import { apiKeysSchema, expireSecrets, insertKey, insertSecret, keysFrom, numberIn } from './api-key-rows.ts'

/** Milliseconds for which a process need not know what another has changed. */
const freshMs = 250

/** What stands behind a secret: a key that may be used, or why it may not. */
export type FoundKey = ApiKey | 'expired' | 'revoked' | undefined

export type NewKey = Omit<ApiKey, 'id' | 'hint' | 'createdAt' | 'revokedAt'>

/** The keys that the gateway has given out. Their secrets are stored as hashes. All gateways on the store know a change within 250 ms. */
export class ApiKeys {
  readonly #tables: Tables
  readonly #warn: Warn
  readonly #now: () => number
  #keys = new Map<string, ApiKey>()
  #secrets = new Map<string, { key: string; expiresAt: number | undefined }>()
  #changes = ''
  #checkedAt = -Infinity
  #existed = false

  /** `now` in Unix milliseconds. */
  constructor(store: Store, now: () => number = Date.now) {
    this.#tables = new Tables(store, apiKeysSchema)
    this.#warn = store.warn
    this.#now = now
  }

  /** Whether there has ever been one. A gateway that required keys does not open because they are gone. */
  get exist(): boolean {
    this.#refresh()
    return this.#existed
  }

  /** The key with this secret, given its hash. */
  find(digest: string): FoundKey {
    if (!this.#secrets.has(digest)) this.#checkedAt = -Infinity // it may have been made a moment ago
    this.#refresh()
    const secret = this.#secrets.get(digest)
    const key = secret && this.#keys.get(secret.key)
    if (!key) return undefined
    if (key.revokedAt !== undefined) return 'revoked'
    const now = this.#now() / 1000
    return (secret.expiresAt ?? Infinity) <= now || (key.expiresAt ?? Infinity) <= now ? 'expired' : key
  }

  /** What the key with this id is, whether or not it may still be used: a turn may have waited for long. */
  withId(id: string): ApiKey | undefined {
    if (!this.#keys.has(id)) this.#checkedAt = -Infinity // it may have been made a moment ago
    this.#refresh()
    return this.#keys.get(id)
  }

  /** Whether there is a key for this principal that is not revoked. */
  hasPrincipal(id: string): boolean {
    this.#refresh()
    return [...this.#keys.values()].some(({ principal, revokedAt }) => principal === id && revokedAt === undefined)
  }

  /** Whether the key with this id may be used. */
  isValid(id: string): boolean {
    this.#refresh()
    const key = this.#keys.get(id)
    return key !== undefined && key.revokedAt === undefined && (key.expiresAt ?? Infinity) > this.#now() / 1000
  }

  /** All of them, the newest first. */
  list(): ApiKey[] {
    return this.#tables.use((connection) => keysFrom(connection)).toReversed()
  }

  /** By its id, or by its name where only one key that is not revoked has that. */
  named(idOrName: string): ApiKey | undefined {
    const all = this.list()
    const named = all.filter(({ name, revokedAt }) => name === idOrName && revokedAt === undefined)
    return all.find(({ id }) => id === idOrName) ?? (named.length === 1 ? named[0] : undefined)
  }

  /** Makes one. Its secret is never shown again. */
  create(key: NewKey): { key: ApiKey; secret: string } {
    const { secret, digest, hint } = newSecret()
    const made: ApiKey = { ...key, id: newKeyId(), hint, createdAt: this.#seconds }
    this.#change((connection) => {
      const { id, name, principal, createdAt, expiresAt = null, models, workspaces, apis, scopes, limits } = made
      const lists = [models, workspaces, apis].map((list) => (list ? JSON.stringify(list) : null))
      connection.run(
        insertKey,
        id,
        name,
        principal,
        hint,
        createdAt,
        expiresAt,
        ...lists,
        JSON.stringify(scopes),
        limits ? JSON.stringify(limits) : null
      )
      connection.run(insertSecret, digest, id, createdAt)
    })
    return { key: made, secret }
  }

  /** Gives a key a new secret; those that it has expire after `graceSeconds`. */
  rotate(id: string, graceSeconds: number): string {
    const { secret, digest, hint } = newSecret()
    const now = this.#seconds
    this.#change((connection) => {
      connection.run(expireSecrets, now + graceSeconds, id)
      connection.run(insertSecret, digest, id, now)
      connection.run('UPDATE api_keys SET hint = ? WHERE id = ?', hint, id)
    })
    return secret
  }

  revoke(id: string): void {
    this.#change((connection) =>
      connection.run('UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', this.#seconds, id)
    )
  }

  get #seconds(): number {
    return Math.floor(this.#now() / 1000)
  }

  #change(action: (connection: Connection) => unknown): void {
    this.#tables.transaction((connection) => {
      action(connection)
      connection.execute('UPDATE api_key_changes SET count = count + 1')
    })
    this.#checkedAt = -Infinity
  }

  /** What was known stays valid where the store cannot be read. */
  #refresh(): void {
    const at = performance.now()
    if (at - this.#checkedAt < freshMs) return
    this.#checkedAt = at
    try {
      this.#tables.use((connection) => this.#read(connection))
    } catch (error) {
      this.#warn({ cause: (error as Error).message }, 'API keys could not be read; those that were known are valid')
    }
  }

  #read(connection: Connection): void {
    const changes = String(connection.get('SELECT count, file FROM api_key_changes'))
    if (changes === this.#changes) return
    this.#keys = new Map(keysFrom(connection).map((key) => [key.id, key]))
    this.#secrets = new Map(
      connection
        .all('SELECT digest, key, expires_at FROM api_key_secrets')
        .map(([digest, key, expiresAt]) => [String(digest), { key: String(key), expiresAt: numberIn(expiresAt) }])
    )
    this.#existed ||= this.#keys.size > 0
    this.#changes = changes
  }
}
