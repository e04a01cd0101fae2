import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'

/**
 * The mark of a process that is alive: a file below `folder` that it has locked. The kernel releases the lock when the process ends,
 * however it ends, so that another process on the same home knows at once.
 */
export class Presence implements Disposable {
  readonly id = randomUUID()
  readonly #folder: string
  readonly #lock: Database.Database

  /** Also deletes the marks of processes that were killed. */
  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#lock = this.#locked()
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.lock') && !this.isAlive(file.slice(0, -'.lock'.length))) unlinkSync(join(folder, file))
    }
  }

  /** Whether others can still find the mark: its file may be deleted while the process runs. */
  get isCurrent(): boolean {
    return existsSync(this.#path(this.id))
  }

  /** Whether the process with this mark runs, this one included. */
  isAlive(id: string): boolean {
    if (id === this.id) return true
    if (!/^[0-9a-f-]{36}$/.test(id) || !existsSync(this.#path(id))) return false
    const database = new Database(this.#path(id), { timeout: 0 })
    try {
      database.exec('BEGIN EXCLUSIVE; ROLLBACK')
      return false
    } catch {
      return true
    } finally {
      database.close()
    }
  }

  [Symbol.dispose](): void {
    if (this.isCurrent) unlinkSync(this.#path(this.id))
    this.#lock.close()
  }

  /** Another process may take the file for one that was left before it is locked, and delete it. */
  #locked(): Database.Database {
    for (;;) {
      const database = new Database(this.#path(this.id), { timeout: 1_000 })
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      if (this.isCurrent) return database
      database.close()
    }
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.lock`)
  }
}
