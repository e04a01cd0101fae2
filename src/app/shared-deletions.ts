import { rowTables } from '../store/row-changes.ts'
import type { Schema } from '../store/schema.ts'
import type { Change } from '../store/shared.ts'
import type { Store } from '../store/store.ts'

/** Milliseconds that a deletion is remembered: for as long as a front end may be cut off that had written before it learnt of it. */
const memoryMs = 172_800_000

/** `name`: the JSON of what was deleted. */
const deletionsSchema: Schema = {
  module: 'shared_deletions',
  steps: [
    `CREATE TABLE shared_deletions (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX shared_deletions_by_age ON shared_deletions (at)`
  ]
}

/** What was deleted, by the order of the journal. Its name is never given again: whatever comes of it later was written by one that did not know. */
export class SharedDeletions {
  readonly #store: Store
  readonly #tables: ReadonlySet<string>

  /** `schemas`: with the tables beside those of records. */
  constructor(store: Store, schemas: readonly Schema[]) {
    this.#store = store
    this.#tables = new Set(rowTables(schemas).flatMap(({ table, once }) => (once === true ? [table] : [])))
  }

  /** To be called before the others. */
  prepare(): void {
    this.#store.add(deletionsSchema)
  }

  /** Whether it deletes something for good. */
  isOne({ kind, table, row }: Change): boolean {
    return row === null && (kind === '' ? this.#tables.has(table ?? '') : table === undefined)
  }

  /** Whether what it is of was deleted before. */
  isLate(change: Change): boolean {
    const found = this.#store.use((c) => c.get('SELECT 1 FROM shared_deletions WHERE name = ?', nameOf(change)))
    return found !== undefined
  }

  note(changes: readonly Change[]): void {
    const deletions = changes.filter((change) => this.isOne(change))
    if (deletions.length === 0) return
    const now = Date.now()
    this.#store.transaction((connection) => {
      for (const deletion of deletions)
        connection.run('INSERT OR REPLACE INTO shared_deletions VALUES (?, ?)', nameOf(deletion), now)
      connection.run('DELETE FROM shared_deletions WHERE at < ?', now - memoryMs)
    })
  }
}

const nameOf = ({ kind, owner, id, table, key }: Change) =>
  JSON.stringify(kind === '' ? [table, key] : [kind, owner, id])
