import { committed } from './commit.ts'
import type { Connection } from './connection.ts'
import { read } from './record-text.ts'
import type { StoredRow, WrittenRecord } from './record-text.ts'
import type { ValueKind } from './kind.ts'
import type { Storage } from './storage.ts'

/** What the parts of one record may be. */
export interface PartKind<T> extends ValueKind<T> {
  /** How many parts one record may have, and how many bytes all of them together. */
  limits: { count: number; bytes: number }
}

/** Which page of the parts of a record is wanted: at most `limit` of those behind `after`. */
export interface PartPage {
  limit: number
  after?: string | undefined
  order: 'asc' | 'desc'
}

/** Bytes of one page, unless its first member alone has more. */
export const pageBytes = 8_388_608

/** What a record has of parts, and of which more do not fit. */
export interface PartsSize {
  count: number
  bytes: number
}

/** The records that have the parts. */
export interface PartOwners {
  place: (connection: Connection, owner: string, id: string) => number | undefined
  tidy: (connection: Connection) => void
}

/**
 * The parts of records: a list that grows without being written again, as the items of a conversation. A record's parts count as
 * its bytes and are deleted with it, never alone to make room. Every method takes the owner and the id of the record.
 */
export class Parts<T> {
  readonly #storage: Storage
  readonly #records: PartOwners
  readonly #kind: PartKind<T>

  constructor(storage: Storage, records: PartOwners, kind: PartKind<T>) {
    this.#storage = storage
    this.#records = records
    this.#kind = kind
  }

  /** Adds parts behind those that are there, all or none: `gone` where there is no such record, `full` where they are too many. */
  async append(
    owner: string,
    record: string,
    parts: readonly { id: string; value: T }[]
  ): Promise<'added' | 'gone' | 'full'> {
    const values = parts.map(({ value }) => value)
    return committed(this.#storage, { owner, values }, (written, connection) => {
      const place = this.#records.place(connection, owner, record)
      if (place === undefined) return 'gone'
      if (!this.#fits(connection, place, written)) return 'full'
      for (const [index, part] of written.entries()) this.#insert(connection, place, parts[index]?.id ?? '', part)
      const bytes = sumOf(written) // once for all of them: a trigger would count each
      connection.run('UPDATE records SET used_at = ?, bytes = bytes + ? WHERE sequence = ?', Date.now(), bytes, place)
      this.#records.tidy(connection)
      return 'added'
    })
  }

  /**
   * A page of the list, with fewer than `limit` where they are long; undefined where `after` is not in it. `more`: there are some
   * behind it. `reserve` is given the bytes that are about to be read.
   */
  async page(
    owner: string,
    record: string,
    options: PartPage,
    reserve: (bytes: number) => void = () => {}
  ): Promise<{ values: T[]; more: boolean } | undefined> {
    const rows = this.#storage.use((connection) => {
      const place = this.#records.place(connection, owner, record) ?? -1
      return rowsBehind(connection, place, options)
    })
    if (!rows) return undefined
    let bytes = 0
    const read = rows.slice(0, options.limit).filter((row, index) => (bytes += row.bytes) <= pageBytes || index === 0)
    reserve(read.reduce((sum, row) => sum + row.bytes, 0))
    const values: T[] = []
    for (const { id } of read) {
      const value = await this.get(owner, record, id)
      if (value !== undefined) values.push(value)
    }
    return { values, more: rows.length > read.length }
  }

  /** How much there is of a record's parts, without reading them. */
  size(owner: string, record: string): PartsSize {
    return this.#storage.use((connection) => sizeOf(connection, this.#records.place(connection, owner, record) ?? -1))
  }

  /** What reading a part takes; 0 where it is not there. */
  bytesOf(owner: string, record: string, id: string): number {
    return this.#storage.use((connection) => {
      const place = this.#records.place(connection, owner, record) ?? -1
      return Number(connection.get('SELECT bytes FROM parts WHERE record = ? AND id = ?', place, id)?.[0] ?? 0)
    })
  }

  /** Undefined where it is not there. */
  async get(owner: string, record: string, id: string): Promise<T | undefined> {
    const row = this.#storage.use((connection) =>
      connection.get(
        `SELECT ${rowColumns} FROM parts WHERE record = ? AND id = ?`,
        this.#records.place(connection, owner, record) ?? -1,
        id
      )
    )
    return row && read(this.#kind, { id, row: row as StoredRow }, this.#storage)
  }

  /** All that can be read, the first one first. */
  async all(owner: string, record: string): Promise<T[]> {
    const rows = this.#storage.use((connection) =>
      connection.all(
        `SELECT id, ${rowColumns} FROM parts WHERE record = ? ORDER BY sequence`,
        this.#records.place(connection, owner, record) ?? -1
      )
    )
    const values: T[] = []
    for (const [id, ...row] of rows) {
      const value = await read(this.#kind, { id: String(id), row: row as StoredRow }, this.#storage)
      if (value !== undefined) values.push(value)
    }
    return values
  }

  /** False when it was not there. */
  delete(owner: string, record: string, id: string): boolean {
    return this.#storage.transaction((connection) => {
      const place = this.#records.place(connection, owner, record) ?? -1
      const deleted = connection.run('DELETE FROM parts WHERE record = ? AND id = ?', place, id) > 0
      this.#storage.blobs.collect(connection)
      return deleted
    })
  }

  #fits(connection: Connection, place: number, added: readonly WrittenRecord[]): boolean {
    const { limits } = this.#kind
    const { count, bytes } = sizeOf(connection, place)
    return count + added.length <= limits.count && bytes + sumOf(added) <= limits.bytes
  }

  #insert(connection: Connection, place: number, id: string, { body, blobs, bytes }: WrittenRecord): void {
    const [sequence] =
      connection.get(
        'INSERT INTO parts (record, id, version, body, blobs, bytes) VALUES (?, ?, ?, ?, ?, ?) RETURNING sequence',
        place,
        id,
        this.#kind.version,
        body,
        blobs.length === 0 ? null : JSON.stringify(blobs),
        bytes
      ) ?? []
    for (const { name } of blobs)
      connection.run('INSERT OR IGNORE INTO part_blob_uses VALUES (?, ?)', Number(sequence), name)
  }
}

/** Which parts come behind `after`, one more than the page has; undefined where that is not there. */
function rowsBehind(
  connection: Connection,
  place: number,
  { limit, after, order }: PartPage
): { id: string; bytes: number }[] | undefined {
  const isRising = order === 'asc'
  const start =
    after === undefined
      ? [isRising ? 0 : Number.MAX_SAFE_INTEGER]
      : connection.get('SELECT sequence FROM parts WHERE record = ? AND id = ?', place, after)
  if (!start) return undefined
  const rows = connection.all(
    `SELECT id, bytes FROM parts WHERE record = ? AND sequence ${isRising ? '>' : '<'} ? ORDER BY sequence ${order} LIMIT ?`,
    place,
    Number(start[0]),
    limit + 1
  )
  return rows.map(([id, bytes]) => ({ id: String(id), bytes: Number(bytes) }))
}

const rowColumns = 'version, CAST(body AS BLOB), CAST(blobs AS BLOB)'

const sumOf = (parts: readonly WrittenRecord[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0)

function sizeOf(connection: Connection, place: number): PartsSize {
  const [count, bytes] = connection.get('SELECT count(*), sum(bytes) FROM parts WHERE record = ?', place) ?? []
  return { count: Number(count ?? 0), bytes: Number(bytes ?? 0) }
}
