import type { Connection } from '../store/connection.ts'
import type { Schema } from '../store/schema.ts'
import type { Tables } from '../store/tables.ts'
import { GatewayError } from '../turn/error.ts'
import type { Work } from '../work/work.ts'

/**
 * `session` is the id of what the key has made or makes; `digest` what it was used with; `worker` the mark of the gateway that is making it,
 * null when it is made. Times are Unix milliseconds.
 */
export const creationsSchema: Schema = {
  module: 'agent-creations',
  steps: [
    `CREATE TABLE agent_creations (
      owner TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, session TEXT NOT NULL, created_at INTEGER NOT NULL,
      PRIMARY KEY (owner, key))`,
    'ALTER TABLE agent_creations ADD COLUMN worker TEXT'
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
  readonly #work: Pick<Work, 'mark' | 'isLost'>
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(tables: Tables, work: Pick<Work, 'mark' | 'isLost'>) {
    this.#tables = tables
    this.#work = work
  }

  /**
   * The session that the key has made, or makes now with the id `fresh`. `find` returns undefined where the session is gone.
   * Rejects with `conflict` where the key was used with something else, or another gateway makes the session now.
   */
  async once<T>(
    creation: Creation,
    fresh: string,
    { make, find }: { make: () => Promise<T>; find: (session: string) => T | undefined }
  ): Promise<T> {
    const { mark } = this.#work
    const { session, worker } = this.#tables.transaction((connection) => claimed(connection, creation, { fresh, mark }))
    if (session === fresh) return this.#make(creation, fresh, make)
    await this.#underWay.get(session)?.catch(() => {})
    const found = find(session)
    if (found !== undefined) return found
    if (worker !== undefined && !this.#work.isLost(worker))
      throw new GatewayError('conflict', 'The request with this Idempotency-Key before is not done yet.')
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
      this.#tables.use((connection) => {
        connection.run('UPDATE agent_creations SET worker = NULL WHERE session = ?', session)
        trim(connection, owner)
      })
    }
  }

  #forget(session: string): void {
    this.#tables.use((connection) => connection.run('DELETE FROM agent_creations WHERE session = ?', session))
  }
}

/** The id that the key stands for, `fresh` where it is new, and the gateway that is making it. */
function claimed(
  connection: Connection,
  { owner, key, digest }: Creation,
  { fresh, mark }: { fresh: string; mark: string }
): { session: string; worker?: string | undefined } {
  const now = Date.now()
  connection.run('DELETE FROM agent_creations WHERE created_at < ?', now - life)
  const sql = 'SELECT session, digest, worker FROM agent_creations WHERE owner = ? AND key = ?'
  const row = connection.get(sql, owner, key)
  if (row === undefined) {
    connection.run('INSERT INTO agent_creations VALUES (?, ?, ?, ?, ?, ?)', owner, key, digest, fresh, now, mark)
    return { session: fresh }
  }
  const [session, before, worker] = row
  if (before === digest) return { session: String(session), worker: typeof worker === 'string' ? worker : undefined }
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
