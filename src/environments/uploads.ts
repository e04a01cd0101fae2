import type { ReadStream } from 'node:fs'
import type { Connection } from '../store/connection.ts'
import { pageById } from '../store/page-by-id.ts'
import { GatewayError } from '../turn/error.ts'
import type { Contents, Copied } from './contents.ts'
import type { EnvironmentTables } from './tables.ts'

/** A file that a caller has uploaded, to put it into environments. Times are Unix milliseconds. */
export interface Upload {
  id: string
  owner: string
  name: string
  purpose: string
  size: number
  /** SHA-256 of the owner that uploaded it and its bytes, in hexadecimal. */
  hash: string
  createdAt: number
}

export interface UploadsOptions {
  tables: EnvironmentTables
  contents: Contents
  newId: () => string
}

/** Which uploads are wanted. */
export interface UploadWish {
  purpose?: string | undefined
  after?: string | undefined
  order: 'asc' | 'desc'
  limit: number
}

const columns = 'id, owner, name, purpose, size, hash, created_at'

/** The files that callers have uploaded, until they delete them. Another owner's is not found. */
export class Uploads {
  readonly #options: UploadsOptions

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /** Throws `rate_limited` where there is no room for it. */
  async add(
    owner: string,
    { name, purpose, bytes }: Pick<Upload, 'name' | 'purpose'> & { bytes: Buffer }
  ): Promise<Upload> {
    const { tables, contents, newId } = this.#options
    tables.use((connection) => this.#checkRoom(connection, owner, bytes.length))
    const copied = (await contents.copy(owner, [bytes], bytes.length)) as Copied
    const upload = { id: newId(), owner, name, purpose, size: copied.size, hash: copied.hash, createdAt: Date.now() }
    try {
      tables.transaction((connection) => {
        this.#checkRoom(connection, owner, bytes.length)
        contents.keep(copied)
        const values = [upload.id, owner, name, purpose, upload.size, upload.hash, upload.createdAt]
        connection.run('INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)', ...values)
      })
    } catch (error) {
      await contents.drop(copied)
      throw error
    }
    return upload
  }

  /** Throws `not_found`. */
  find(owner: string, id: string): Upload {
    const sql = `SELECT ${columns} FROM uploads WHERE owner = ? AND id = ?`
    const row = this.#options.tables.use((connection) => connection.get(sql, owner, id))
    if (row) return uploadFrom(row)
    throw new GatewayError('not_found', 'Resource not found.', { reason: 'unknown_resource' })
  }

  list(owner: string, { purpose, after, order, limit }: UploadWish): { values: Upload[]; hasMore: boolean } {
    if (after !== undefined) this.find(owner, after)
    const { start, comparison } = pageById({ after, order })
    const sql = `SELECT ${columns} FROM uploads WHERE owner = ? AND id ${comparison} ?
      ${purpose === undefined ? '' : 'AND purpose = ?'} ORDER BY id ${order} LIMIT ?`
    const parameters = [owner, start, ...(purpose === undefined ? [] : [purpose]), limit + 1]
    const rows = this.#options.tables.use((connection) => connection.all(sql, ...parameters))
    return { values: rows.slice(0, limit).map(uploadFrom), hasMore: rows.length > limit }
  }

  read({ hash }: Upload): ReadStream {
    return this.#options.contents.read(hash)
  }

  /** Its bytes go where nothing else has them. */
  delete({ id, hash }: Upload): void {
    this.#options.tables.transaction((connection) => {
      connection.run('DELETE FROM uploads WHERE id = ?', id)
      this.#options.contents.release(connection, hash)
    })
  }

  #checkRoom(connection: Connection, owner: string, bytes: number): void {
    const { tables } = this.#options
    const count = Number(connection.get('SELECT count(*) FROM uploads WHERE owner = ?', owner)?.[0])
    if (count >= tables.bounds.uploadsPerOwner)
      throw new GatewayError('rate_limited', `There are too many files: at most ${tables.bounds.uploadsPerOwner}.`)
    tables.checkBytes(connection, owner, bytes)
  }
}

function uploadFrom([id, owner, name, purpose, size, hash, createdAt]: readonly unknown[]): Upload {
  return {
    ...{ id: String(id), owner: String(owner), name: String(name), purpose: String(purpose) },
    ...{ size: Number(size), hash: String(hash), createdAt: Number(createdAt) }
  }
}
