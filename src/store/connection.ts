import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'

type Parameter = string | number | null
type Row = unknown[]

/** Milliseconds that a statement waits for another process's transaction. */
const busyTimeout = 5_000

/**
 * Pages of 4 KiB in the write-ahead log after which a commit copies them into the file, and waits for the disk twice. A turn writes
 * the same pages again and again, which are copied once: SQLite's 1,000 have every twentieth turn wait.
 */
const checkpointPages = 4_000

/** A commit is safe from a kill at once, and from a power cut at the next checkpoint. */
const settings = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = ${checkpointPages}`

/**
 * Connections to files that are no longer at their path. They are never closed, not even by the garbage collector:
 * SQLite would delete the write-ahead log of the file that is there now.
 */
const abandoned: Connection[] = []

/** One SQLite file, opened for reading and writing. Every call is synchronous. Values are bound by position; rows are arrays of columns. */
export class Connection {
  readonly #path: string
  readonly #database: Database.Database
  readonly #file: string
  readonly #statements = new Map<string, Database.Statement>()

  /** Makes the file (0600) and its folder (0700) when they are missing. Throws an `SqliteError` when it is not a database. */
  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600)) // SQLite gives its two other files the mode of this one
    this.#file = fileAt(path)
    this.#database = new Database(path, { timeout: busyTimeout })
    try {
      this.execute(settings)
      this.all('SELECT name FROM sqlite_schema')
    } catch (error) {
      if (isDamage(error)) abandoned.push(this)
      else this.#database.close()
      throw error
    }
  }

  /** What is wrong with the file, from SQLite; undefined when nothing is. Reads all of it. */
  get damage(): string | undefined {
    const result = String(this.get('PRAGMA quick_check(1)')?.[0])
    return result === 'ok' ? undefined : result
  }

  /** Whether the file that was opened is still the one at its path: SQLite writes to a deleted file without a complaint. */
  get isCurrent(): boolean {
    return fileAt(this.#path) === this.#file
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Runs statements without parameters, separated by semicolons. */
  execute(sql: string): void {
    this.#database.exec(sql)
  }

  /** Returns how many rows were changed. */
  run(sql: string, ...parameters: Parameter[]): number {
    return this.#statement(sql).run(parameters).changes
  }

  get(sql: string, ...parameters: Parameter[]): Row | undefined {
    return this.#statement(sql).get(parameters) as Row | undefined
  }

  all(sql: string, ...parameters: Parameter[]): Row[] {
    return this.#statement(sql).all(parameters) as Row[]
  }

  /** Runs `action` in one transaction, alone among all processes that have the file open. Rolled back when it throws. */
  transaction<T>(action: () => T): T {
    if (this.#database.inTransaction) return action()
    this.execute('BEGIN IMMEDIATE')
    try {
      const result = action()
      this.execute('COMMIT')
      return result
    } catch (error) {
      if (this.#database.inTransaction) this.execute('ROLLBACK')
      throw error
    }
  }

  close(): void {
    if (!this.isCurrent) return void abandoned.push(this)
    this.#statements.clear()
    this.#database.close()
  }

  #statement(sql: string): Database.Statement {
    const found = this.#statements.get(sql)
    if (found) return found
    const statement = this.#database.prepare(sql)
    if (statement.reader) statement.raw()
    this.#statements.set(sql, statement)
    return statement
  }
}

/** Moves a database out of the way, with its write-ahead log. Returns where it is now. */
export function moveAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${process.pid}`
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(path + suffix, aside + suffix)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return aside
}

/** Whether SQLite has found that the file is not as it wrote it. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(String((error as { code?: unknown }).code))
}

/** Distinguishes one file from another at the same path. */
function fileAt(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.dev}:${stats.ino}`
}
