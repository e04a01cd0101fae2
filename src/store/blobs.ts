import { randomUUID, webcrypto } from 'node:crypto'
import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Connection } from './connection.ts'

/** A long text that is stored outside of its record, and its place in it. */
export interface Detached {
  path: (string | number)[]
  text: string
}

/** The same, as a record names it. */
export interface BlobUse {
  path: (string | number)[]
  name: string
}

/** Milliseconds after which a file that no record names was left by a process that was killed. */
const orphanAge = 3_600_000

/**
 * Texts as files below `folder`, each once for an owner however many records have it. SQLite takes 230 ms of the event
 * loop to write 20 MB, a file none.
 */
export class Blobs {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes a text and returns its name. Owners share no file: nobody can find out what another has stored. */
  async write(owner: string, text: string): Promise<string> {
    const bytes = Buffer.from(text)
    const digest = await webcrypto.subtle.digest('SHA-256', Buffer.concat([Buffer.from(`${owner}\0`), bytes]))
    const name = Buffer.from(digest).toString('hex')
    if (this.has(name)) return name
    const path = this.#path(name)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const partial = `${path}.${randomUUID()}`
    await writeFile(partial, bytes, { mode: 0o600, flag: 'wx' })
    await rename(partial, path)
    return name
  }

  has(name: string): boolean {
    return existsSync(this.#path(name))
  }

  read(name: string): Promise<string> {
    return readFile(this.#path(name), 'utf8')
  }

  /** Deletes what no record names any more. Inside of a transaction, so that no other process begins to name it meanwhile. */
  collect(connection: Connection): void {
    const names = connection.all('SELECT name FROM garbage')
    if (names.length === 0) return
    for (const [name] of names) if (!isUsed(connection, String(name))) removeIfPresent(this.#path(String(name)))
    connection.execute('DELETE FROM garbage')
  }

  /** Deletes the files that processes left which were killed before they had stored their record. */
  removeOrphans(connection: Connection): void {
    if (!existsSync(this.#folder)) return
    connection.transaction(() => {
      for (const file of readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })) {
        const path = join(this.#folder, file)
        const stats = statSync(path, { throwIfNoEntry: false })
        if (!stats?.isFile() || stats.mtimeMs > Date.now() - orphanAge) continue
        if (!isUsed(connection, file.slice('00/'.length))) removeIfPresent(path)
      }
    })
  }

  #path(name: string): string {
    return join(this.#folder, name.slice(0, 2), name)
  }
}

function isUsed(connection: Connection, name: string): boolean {
  const sql = 'SELECT 1 FROM blob_uses WHERE name = ?1 UNION ALL SELECT 1 FROM part_blob_uses WHERE name = ?1'
  return connection.get(sql, name) !== undefined
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
