import type { Connection } from '../store/connection.ts'
import type { Schema } from '../store/schema.ts'
import type { Tables } from '../store/tables.ts'
import { GatewayError } from '../turn/error.ts'

/** `session` is the id of what the key has made or makes; `digest` what it was used with. Times are Unix milliseconds. */
export const creationsSchema: Schema = {
  module: 'agent-creations',
  steps: [
    `CREATE TABLE agent_creations (
      owner TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, session TEXT NOT NULL, created_at INTEGER NOT NULL,
      PRIMARY KEY (owner, key))`
  ]
}

/** What a repeated request is known by: its key, and what it was sent with. */
export interface Creation {
  owner: string
  key: string
  digest: string
}

/** Milliseconds that a key is known. */
const life = 86_400_000
/** Keys of one owner. */
const most = 10_000

/** Sessions that were made with a key, so that a repeated request makes none. */
export class Creations {
  readonly #tables: Tables
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /**
   * The session that the key has made, or makes now with the id `fresh`. `find` returns undefined where the session is gone.
   * Rejects with `conflict` where the key was used with something else.
   */
  async once<T>(
    creation: Creation,
    fresh: string,
    { make, find }: { make: () => Promise<T>; find: (session: string) => T | undefined }
  ): Promise<T> {
    const session = this.#tables.transaction((connection) => claimed(connection, creation, fresh))
    if (session === fresh) return this.#make(creation, fresh, make)
    await this.#underWay.get(session)?.catch(() => {})
    const found = find(session)
    if (found !== undefined) return found
    this.#forget(session) // it was deleted, or did not come about
    return this.once(creation, fresh, { make, find })
  }

  async #make<T>({ owner }: Creation, session: string, make: () => Promise<T>): Promise<T> {
    const making = make()
    this.#underWay.set(session, making)
    try {
      return await making
    } catch (error) {
      this.#forget(session)
      throw error
    } finally {
      this.#underWay.delete(session)
      this.#tables.use((connection) => trim(connection, owner))
    }
  }

  #forget(session: string): void {
    this.#tables.use((connection) => connection.run('DELETE FROM agent_creations WHERE session = ?', session))
  }
}

/** The id that the key stands for: `fresh` where it is new. */
function claimed(connection: Connection, { owner, key, digest }: Creation, fresh: string): string {
  const now = Date.now()
  connection.run('DELETE FROM agent_creations WHERE created_at < ?', now - life)
  const sql = 'SELECT session, digest FROM agent_creations WHERE owner = ? AND key = ?'
  const row = connection.get(sql, owner, key)
  if (row === undefined) {
    connection.run('INSERT INTO agent_creations VALUES (?, ?, ?, ?, ?)', owner, key, digest, fresh, now)
    return fresh
  }
  if (row[1] === digest) return String(row[0])
  throw new GatewayError('conflict', 'This Idempotency-Key was used with another request.', {
    reason: 'idempotency_conflict'
  })
}

/** An owner's oldest keys give way. */
function trim(connection: Connection, owner: string): void {
  connection.run(
    `DELETE FROM agent_creations WHERE owner = ?1 AND created_at < (
      SELECT created_at FROM agent_creations WHERE owner = ?1 ORDER BY created_at DESC LIMIT 1 OFFSET ?2)`,
    owner,
    most
  )
}
