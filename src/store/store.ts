import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../turn/error.ts'
import { Blobs } from './blobs.ts'
import { unnoticed, watchChanges } from './changes.ts'
import { Connection, isDamage, moveAside } from './connection.ts'
import { Presence } from './presence.ts'
import { Records } from './records.ts'
import type { Kind } from './kind.ts'
import type { SharedStore } from './shared.ts'
import { migrate, NewerSchemaError, recordsSchema } from './schema.ts'
import type { Schema } from './schema.ts'

/** Takes a line for the log: its fields and its text. */
export type Warn = (fields: Record<string, unknown>, message: string) => void

export interface StoreOptions {
  /** Made when it is missing, for this user alone. Several gateways may share it. */
  folder: string
  /** Called for each record that cannot be read and when the database had to be replaced. */
  warn?: Warn | undefined
}

/**
 * What outlives the process, in one SQLite file, `store.db`, and a folder of large texts. A file that is damaged is moved aside
 * and a new one made, at the start or later; one that was deleted is made again. Throws the `GatewayError` `overloaded` where nothing can be read or
 * written: a full disk, no free descriptor, a file that a newer gateway wrote, which is left as it is.
 */
export class Store implements Disposable {
  readonly blobs: Blobs
  readonly warn: Warn
  readonly #path: string
  readonly #schemas: Schema[] = [recordsSchema]
  readonly #folder: string
  #shared: SharedStore | undefined
  #connection: Connection | undefined
  #presence: Presence | undefined

  constructor({ folder, warn = () => {} }: StoreOptions) {
    this.#folder = folder
    this.#path = join(folder, 'store.db')
    this.blobs = new Blobs(join(folder, 'blobs'))
    this.warn = warn
  }

  /** The mark of this process, by which others that share the store know whether it is alive. A new one where its file was deleted. */
  get presence(): Presence {
    if (this.#presence?.isCurrent) return this.#presence
    this.#presence?.[Symbol.dispose]()
    return (this.#presence = new Presence(join(this.#folder, 'gateways')))
  }

  /** Whether anything was ever stored. */
  get isThere(): boolean {
    return this.#connection !== undefined || existsSync(this.#path)
  }

  get shared(): SharedStore | undefined {
    return this.#shared
  }

  /** From now on its records are shared with other gateways. */
  share(shared: SharedStore): void {
    this.#shared = shared
    this.use((connection) => watchChanges(connection, this.#schemas))
  }

  /** Checks all of the file. To be called at the start; throws as every other call does. */
  check(): void {
    this.use((connection) => {
      const { damage } = connection
      if (damage !== undefined) throw new DamagedError(damage)
      this.blobs.removeOrphans(connection)
    })
  }

  /** The records of one kind. */
  records<T>(kind: Kind<T>): Records<T> {
    return new Records(this, kind)
  }

  /** Adds the tables of a module, to be used by `use` and `transaction`. */
  add(schema: Schema): void {
    if (!this.#schemas.includes(schema)) this.#schemas.push(schema) // one that failed is added again
    this.use((connection) => {
      migrate(connection, schema)
      if (this.#shared) watchChanges(connection, [schema])
    })
  }

  /**
   * Reads or writes. `action` is called again with a new file when the present one is damaged. What it writes is shared within
   * `shareMs` milliseconds, where others share it.
   */
  use<T>(action: (connection: Connection) => T, shareMs = 0): T {
    try {
      try {
        return action(this.#current())
      } catch (error) {
        if (!needsReplacement(error)) throw error
        this.#replace(error as Error)
        return action(this.#current())
      }
    } catch (error) {
      throw storageErrorFrom(error)
    } finally {
      this.#shared?.changed(shareMs)
    }
  }

  /** As `use`, in one transaction, alone among all gateways that share the file. */
  transaction<T>(action: (connection: Connection) => T, shareMs = 0): T {
    return this.use((connection) => connection.transaction(() => action(connection)), shareMs)
  }

  /** As `transaction`, and what it writes is not shared: every gateway does it. */
  unshared<T>(action: (connection: Connection) => T): T {
    return this.transaction((connection) =>
      this.#shared ? unnoticed(connection, () => action(connection)) : action(connection)
    )
  }

  [Symbol.dispose](): void {
    this.#close()
    this.#presence?.[Symbol.dispose]()
    this.#presence = undefined
  }

  #close(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  #current(): Connection {
    if (this.#connection?.isInTransaction || this.#connection?.isCurrent) return this.#connection
    this.#close()
    this.#connection = new Connection(this.#path)
    try {
      for (const schema of this.#schemas) migrate(this.#connection, schema)
      if (this.#shared) watchChanges(this.#connection, this.#schemas)
    } catch (error) {
      if (!needsReplacement(error)) this.#close()
      throw error
    }
    return this.#connection
  }

  /** Another gateway may have done it already. */
  #replace(cause: Error): void {
    if (this.#connection && !this.#connection.isCurrent) return
    const aside = moveAside(this.#path)
    this.#close()
    this.warn(
      { cause: cause.message, file: aside },
      'the database of the gateway was damaged; it was moved aside and a new one made'
    )
  }
}

class DamagedError extends Error {}

function needsReplacement(error: unknown): boolean {
  return error instanceof DamagedError || isDamage(error)
}

/** Only what comes from the disk, or from a newer gateway: a mistake in a statement stays what it is. */
function storageErrorFrom(error: unknown): unknown {
  if (
    !(error instanceof NewerSchemaError) &&
    !/^(?:E[A-Z]+$|SQLITE_(?:FULL|BUSY|IOERR|CANTOPEN|READONLY|NOMEM|PERM|AUTH))/.test(codeOf(error))
  )
    return error
  return new GatewayError('overloaded', 'The gateway cannot use its storage at the moment.', {
    retryAfter: 5,
    cause: error
  })
}

/** libsql 0.5 gives no code where a file cannot be opened. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.message.startsWith('ConnectionFailed')) return 'SQLITE_CANTOPEN'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
