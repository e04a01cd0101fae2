import { expiryClock } from './clock.ts'
import { committed } from './commit.ts'
import type { Beside } from './commit.ts'
import type { Connection } from './connection.ts'
import { entryColumns, entryFrom, insertSql, lineageSql } from './entry.ts'
import type { Entry } from './entry.ts'
import { expire } from './expire.ts'
import type { Kind } from './kind.ts'
import { listIn } from './list.ts'
import type { ListOptions, RecordList } from './list.ts'
import { Parts } from './parts.ts'
import type { PartKind } from './parts.ts'
import { read } from './record-text.ts'
import type { StoredRow, WrittenRecord } from './record-text.ts'
import { shrink } from './shrink.ts'
import type { Storage } from './storage.ts'

/** The share of a record's life within which a further use is not noted. */
const refreshShare = 1 / 100
/** Milliseconds from one deletion of expired records to the next. */
const expiryInterval = 600_000

/**
 * The records of one kind, each found by its owner alone. One that is damaged, foreign or of a newer version is not found, and a line in the log.
 * A record lives `bounds.ttlMs` after its last use.
 */
export class Records<T> {
  readonly #store: Storage
  readonly #kind: Kind<T>
  #expireAt = 0

  constructor(store: Storage, kind: Kind<T>) {
    this.#store = store
    this.#kind = kind
  }

  /** Writes a record, in place of the one that may be there, and what `beside` writes in the same transaction. */
  async put(owner: string, id: string, value: T, beside?: Beside): Promise<void> {
    await this.#write(owner, value, (record, connection) => {
      this.#insert(connection, owner, id, record)
      beside?.(connection)
    })
  }

  /** Writes a record only where it is still there. False when it is not. */
  async replace(owner: string, id: string, value: T, beside?: Beside): Promise<boolean> {
    return this.#write(owner, value, (record, connection) => {
      if (this.#entry(connection, owner, id) === undefined) return false
      this.#insert(connection, owner, id, record)
      beside?.(connection)
      return true
    })
  }

  async get(owner: string, id: string): Promise<T | undefined> {
    const row = this.#store.use((connection) =>
      connection.get(
        'SELECT version, CAST(body AS BLOB), CAST(blobs AS BLOB) FROM records WHERE kind = ? AND owner = ? AND id = ? AND used_at >= ?',
        ...this.#key(owner, id),
        this.#oldest()
      )
    )
    return row && read(this.#kind, { id, row: row as StoredRow }, this.#store)
  }

  /** What is known of a record without reading it. */
  entry(owner: string, id: string): Entry | undefined {
    return this.#store.use((connection) => this.#entry(connection, owner, id))
  }

  /** A record and those it continues, at most `limit`, itself first. */
  lineage(owner: string, id: string, limit: number): Entry[] {
    const { name } = this.#kind
    const values = [name, owner, id, this.#oldest(), name, owner, this.#oldest(), limit]
    return this.#store.use((connection) => connection.all(lineageSql, ...values)).map(entryFrom)
  }

  /** Makes records live as long as new ones. */
  touch(owner: string, ids: readonly string[]): void {
    const now = Date.now()
    const noted = now - this.#kind.bounds.ttlMs * refreshShare
    this.#store.transaction((connection) => {
      for (const id of ids)
        connection.run(
          'UPDATE records SET used_at = ? WHERE kind = ? AND owner = ? AND id = ? AND used_at < ?',
          now,
          ...this.#key(owner, id),
          noted
        )
    })
  }

  /** True for the first call, of those in all gateways. */
  async claim(owner: string, id: string): Promise<boolean> {
    if (!this.claimHere(owner, id)) return false
    return (await this.#store.shared?.claim(this.#key(owner, id).join('\0'))) ?? true
  }

  /** The same among those that have the same file. */
  claimHere(owner: string, id: string): boolean {
    const sql = 'UPDATE records SET claimed = 1 WHERE kind = ? AND owner = ? AND id = ? AND claimed = 0'
    return this.#store.use((connection) => connection.run(sql, ...this.#key(owner, id)) === 1)
  }

  /** False when it was not there. */
  delete(owner: string, id: string): boolean {
    return this.#store.transaction((connection) => {
      const found = this.#entry(connection, owner, id) !== undefined
      connection.run('DELETE FROM records WHERE kind = ? AND owner = ? AND id = ?', ...this.#key(owner, id))
      this.#store.blobs.collect(connection)
      return found
    })
  }

  /** An owner's records by creation. `next` is there when there are more. */
  list(owner: string, options: ListOptions = {}): RecordList {
    const isShared = this.#store.shared !== undefined
    return this.#store.use((connection) =>
      listIn(connection, [this.#kind.name, owner, this.#oldest()], isShared, options)
    )
  }

  /** What `after` of a list is for the page behind this record; undefined where it is not there. */
  cursor(owner: string, id: string): string | undefined {
    return this.#store.use((connection) => this.place(connection, owner, id)?.toString())
  }

  /** The parts of these records. */
  parts<P>(kind: PartKind<P>): Parts<P> {
    return new Parts(this.#store, this, kind)
  }

  /** The record's `sequence`; undefined where it is not there. */
  place(connection: Connection, owner: string, id: string): number | undefined {
    const row = connection.get(
      'SELECT sequence FROM records WHERE kind = ? AND owner = ? AND id = ? AND used_at >= ?',
      ...this.#key(owner, id),
      this.#oldest()
    )
    return row && Number(row[0])
  }

  /** Deletes what has expired, from time to time, and what is beyond the bounds. */
  tidy(connection: Connection): void {
    if (performance.now() >= this.#expireAt) this.expire()
    shrink(connection, this.#kind.name, this.#kind.bounds)
  }

  /** Gives all records of one owner to another. Returns how many. */
  adopt(from: string, to: string): number {
    return this.#store.transaction((connection) =>
      connection.run('UPDATE OR IGNORE records SET owner = ? WHERE kind = ? AND owner = ?', to, this.#kind.name, from)
    )
  }

  /** Deletes what was not used for too long. Called by itself when something is written. */
  expire(): void {
    this.#expireAt = performance.now() + Math.min(expiryInterval, this.#kind.bounds.ttlMs)
    expire(this.#store, this.#kind.name, () => this.#oldest())
  }

  async #write<R>(owner: string, value: T, insert: (record: WrittenRecord, connection: Connection) => R): Promise<R> {
    const { parentOf, labelsOf } = this.#kind
    const labels = labelsOf && JSON.stringify(labelsOf(value))
    return committed(this.#store, { owner, values: [value] }, ([record], connection) => {
      const inserted = insert({ ...record!, parent: parentOf?.(value), labels }, connection)
      this.tidy(connection)
      return inserted
    })
  }

  #insert(connection: Connection, owner: string, id: string, record: WrittenRecord): void {
    const { body, blobs, bytes, parent = null, labels = null } = record
    const now = Date.now()
    const uses = blobs.length === 0 ? null : JSON.stringify(blobs)
    const values = [...this.#key(owner, id), this.#kind.version, body, uses, parent, labels, bytes, now, now]
    const [sequence] = connection.get(insertSql, ...values) ?? []
    connection.run('DELETE FROM blob_uses WHERE record = ?', Number(sequence))
    for (const blob of blobs)
      connection.run('INSERT OR IGNORE INTO blob_uses VALUES (?, ?)', Number(sequence), blob.name)
  }

  #entry(connection: Connection, owner: string, id: string): Entry | undefined {
    const row = connection.get(
      `SELECT ${entryColumns} FROM records WHERE kind = ? AND owner = ? AND id = ? AND used_at >= ?`,
      ...this.#key(owner, id),
      this.#oldest()
    )
    return row && entryFrom(row)
  }

  #key(owner: string, id: string): [string, string, string] {
    return [this.#kind.name, owner, id]
  }

  #oldest(): number {
    return expiryClock() - this.#kind.bounds.ttlMs
  }
}
