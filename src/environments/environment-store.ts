import type { Connection } from '../store/connection.ts'
import { pageById } from '../store/page-by-id.ts'
import { GatewayError } from '../turn/error.ts'
import { environmentColumns, environmentFrom } from './environment.ts'
import type { Environment } from './environment.ts'
import type { SetupState } from './setup-state.ts'
import type { EnvironmentTables } from './tables.ts'

/** Makes a repeated creation known: its key, and what it was sent with. */
export interface Repetition {
  key: string
  digest: string
}

/** Which environments are wanted. */
export interface EnvironmentsWish {
  after?: string | undefined
  order: 'asc' | 'desc'
  limit: number
  /** Ids. */
  workspaces: readonly string[]
}

/** Milliseconds that a key is known, and that an environment waits for its session. */
const times = { key: 86_400_000, unused: 86_400_000 }

/** The environments of all owners, as they are stored. */
export class EnvironmentStore {
  readonly tables: EnvironmentTables

  constructor(tables: EnvironmentTables) {
    this.tables = tables
  }

  /** The one that the key has made before, or this one. Throws `rate_limited` where there is no room for it. */
  add(environment: Environment, repetition: Repetition | undefined): Environment {
    const { id, owner, workspace, session, config, bytes, createdAt, setup } = environment
    return this.tables.transaction((connection) => {
      const earlier = repetition && byKey(connection, owner, repetition, createdAt)
      if (earlier) return earlier
      this.#checkCount(connection, owner)
      this.tables.checkBytes(connection, owner, bytes)
      connection.run(
        'INSERT INTO environments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[id, owner, workspace, session, JSON.stringify(config), bytes],
        ...[repetition?.key ?? null, repetition?.digest ?? null, createdAt],
        setup.status === 'ready' ? null : JSON.stringify(setup)
      )
      return environment
    })
  }

  find(owner: string, id: string): Environment | undefined {
    const sql = `SELECT ${environmentColumns} FROM environments WHERE owner = ? AND id = ?`
    const row = this.tables.use((connection) => connection.get(sql, owner, id))
    return row && environmentFrom(row)
  }

  /** An owner's in these workspaces by creation, behind the one with the id `after`. */
  list(owner: string, { after, order, limit, workspaces }: EnvironmentsWish) {
    const { start, comparison } = pageById({ after, order })
    const sql = `SELECT ${environmentColumns} FROM environments WHERE owner = ? AND id ${comparison} ?
      AND workspace IN (SELECT value FROM json_each(?)) ORDER BY id ${order} LIMIT ?`
    return this.tables
      .use((connection) => connection.all(sql, owner, start, JSON.stringify(workspaces), limit))
      .map(environmentFrom)
  }

  /** Gives it to a session. False where one has it already. */
  attach({ id }: Environment, session: string): boolean {
    const sql = 'UPDATE environments SET session = ? WHERE id = ? AND session IS NULL'
    return this.tables.use((connection) => connection.run(sql, session, id)) === 1
  }

  /** How far its setup has come. */
  setSetup(id: string, setup: SetupState): void {
    const sql = 'UPDATE environments SET setup = ? WHERE id = ?'
    this.tables.use((connection) => connection.run(sql, JSON.stringify(setup), id))
  }

  detach(id: string): void {
    this.tables.use((connection) => connection.run('UPDATE environments SET session = NULL WHERE id = ?', id))
  }

  /** Counts bytes that are about to be written. Throws `rate_limited` where there is no room for them. */
  reserve({ id, owner }: Environment, bytes: number): void {
    this.tables.transaction((connection) => {
      this.tables.checkBytes(connection, owner, bytes)
      connection.run('UPDATE environments SET bytes = bytes + ? WHERE id = ?', bytes, id)
    })
  }

  /** Throws `rate_limited` where its owner has no room for so many bytes more. */
  checkShare({ owner }: Environment, more: number): void {
    this.tables.use((connection) => this.tables.checkBytes(connection, owner, more))
  }

  /** It takes so many bytes. False where its owner has more than there is room for. */
  measured({ id, owner }: Environment, bytes: number): boolean {
    return this.tables.use((connection) => {
      connection.run('UPDATE environments SET bytes = ? WHERE id = ?', bytes, id)
      return this.tables.hasRoom(connection, owner, 0)
    })
  }

  delete(id: string): void {
    this.tables.use((connection) => connection.run('DELETE FROM environments WHERE id = ?', id))
  }

  /** Those that no session has taken in time. */
  unused(now: number): Environment[] {
    const sql = `SELECT ${environmentColumns} FROM environments WHERE session IS NULL AND created_at < ?`
    return this.tables.use((connection) => connection.all(sql, now - times.unused)).map(environmentFrom)
  }

  /** Those that sessions have, or had. */
  taken(): Environment[] {
    const sql = `SELECT ${environmentColumns} FROM environments WHERE session IS NOT NULL`
    return this.tables.use((connection) => connection.all(sql)).map(environmentFrom)
  }

  #checkCount(connection: Connection, owner: string): void {
    const { environments, environmentsPerOwner } = this.tables.bounds
    const all = Number(connection.get('SELECT count(*) FROM environments')?.[0])
    const own = Number(connection.get('SELECT count(*) FROM environments WHERE owner = ?', owner)?.[0])
    if (all < environments && own < environmentsPerOwner) return
    const message = `There are too many environments: at most ${environmentsPerOwner}. Delete some sessions.`
    throw new GatewayError('rate_limited', message)
  }
}

/** The environment that this key has made, where it was made with the same. */
function byKey(connection: Connection, owner: string, { key, digest }: Repetition, now: number) {
  const old = 'UPDATE environments SET key = NULL WHERE owner = ? AND key = ? AND created_at < ?'
  connection.run(old, owner, key, now - times.key)
  const sql = `SELECT ${environmentColumns}, digest FROM environments WHERE owner = ? AND key = ?`
  const row = connection.get(sql, owner, key)
  if (row === undefined) return undefined
  if (row.at(-1) === digest) return environmentFrom(row)
  throw new GatewayError('conflict', 'This Idempotency-Key was used with another request.', {
    reason: 'idempotency_conflict'
  })
}
