import type { Connection } from './connection.ts'

/** The tables of one module of the gateway: `steps[n]` is the SQL that takes them from version n to n + 1. */
export interface Schema {
  module: string
  steps: readonly string[]
  /** The tables with rows of records (`record` is the record's sequence) that gateways with stores of their own share; `key` tells the rows of one record apart. */
  shared?: readonly SharedTable[]
  /** Tables of which such gateways share each row as it is. */
  rows?: readonly RowTable[]
}

export interface SharedTable {
  table: string
  key?: string
}

/** A table beside those of records. */
export interface RowTable {
  table: string
  /** The columns by which gateways know a row. */
  key: readonly [string, ...string[]]
  /** Columns that are each gateway's own. */
  own?: readonly string[]
  /** One that was deleted never comes back by its key. */
  once?: true
  /** Only the gateway that leads writes it, of all that share it; or the rows of which the first value of the key is so. */
  led?: true | ((first: unknown) => boolean)
}

/** Brings a module's tables up to date. Throws when a newer gateway made them. */
export function migrate(connection: Connection, { module, steps }: Schema): void {
  connection.transaction(() => {
    connection.execute('CREATE TABLE IF NOT EXISTS modules (name TEXT PRIMARY KEY, version INTEGER NOT NULL)')
    const version = Number(connection.get('SELECT version FROM modules WHERE name = ?', module)?.[0] ?? 0)
    if (version > steps.length)
      throw new NewerSchemaError(`'${module}' has version ${version}; this gateway knows ${steps.length}`)
    for (const step of steps.slice(version)) connection.execute(step)
    connection.run('INSERT OR REPLACE INTO modules VALUES (?, ?)', module, steps.length)
  })
}

/** The file was written by a newer gateway, in a way that this one does not know. */
export class NewerSchemaError extends Error {}

/**
 * `records`: `bytes` counts what reading a record takes, its blobs and parts included; times are Unix milliseconds; `blobs` is JSON, see
 * `blobs.ts`; `labels` is a JSON object of texts by which a list is filtered. `locks`: who has a record to himself, see `locks.ts`.
 * `usage` is what each owner has of each kind, so that a bound costs no counting. `garbage` names blobs that may have lost their last record.
 */
export const recordsSchema: Schema = {
  module: 'records',
  steps: [
    `CREATE TABLE records (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL,
      version INTEGER NOT NULL, body TEXT NOT NULL, blobs TEXT, parent TEXT,
      bytes INTEGER NOT NULL, claimed INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
      UNIQUE (kind, owner, id));
    CREATE INDEX records_by_use ON records (kind, owner, used_at, sequence);
    CREATE INDEX records_by_age ON records (kind, used_at);
    CREATE TABLE usage (kind TEXT, owner TEXT, count INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (kind, owner));
    CREATE TABLE blob_uses (
      record INTEGER NOT NULL REFERENCES records (sequence) ON DELETE CASCADE,
      name TEXT NOT NULL, PRIMARY KEY (name, record));
    CREATE INDEX blob_uses_by_record ON blob_uses (record);
    CREATE TABLE garbage (name TEXT PRIMARY KEY);
    CREATE TRIGGER blob_unused AFTER DELETE ON blob_uses BEGIN INSERT OR IGNORE INTO garbage VALUES (old.name); END;
    CREATE TRIGGER record_added AFTER INSERT ON records BEGIN
      INSERT INTO usage VALUES (new.kind, new.owner, 1, new.bytes)
        ON CONFLICT DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes;
    END;
    CREATE TRIGGER record_removed AFTER DELETE ON records BEGIN
      UPDATE usage SET count = count - 1, bytes = bytes - old.bytes WHERE kind = old.kind AND owner = old.owner;
      DELETE FROM usage WHERE kind = old.kind AND owner = old.owner AND count = 0;
    END;
    CREATE TRIGGER record_changed AFTER UPDATE OF bytes, owner ON records BEGIN
      UPDATE usage SET count = count - 1, bytes = bytes - old.bytes WHERE kind = old.kind AND owner = old.owner;
      DELETE FROM usage WHERE kind = old.kind AND owner = old.owner AND count = 0;
      INSERT INTO usage VALUES (new.kind, new.owner, 1, new.bytes)
        ON CONFLICT DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes;
    END`,
    `ALTER TABLE records ADD COLUMN labels TEXT;
    CREATE TABLE parts (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      record INTEGER NOT NULL REFERENCES records (sequence) ON DELETE CASCADE,
      id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, blobs TEXT, bytes INTEGER NOT NULL,
      UNIQUE (record, id));
    CREATE INDEX parts_in_order ON parts (record, sequence, bytes);
    CREATE TABLE part_blob_uses (
      part INTEGER NOT NULL REFERENCES parts (sequence) ON DELETE CASCADE,
      name TEXT NOT NULL, PRIMARY KEY (name, part));
    CREATE INDEX part_blob_uses_by_part ON part_blob_uses (part);
    CREATE TABLE locks (
      record INTEGER PRIMARY KEY REFERENCES records (sequence) ON DELETE CASCADE, holder TEXT NOT NULL);
    CREATE TRIGGER part_blob_unused AFTER DELETE ON part_blob_uses BEGIN
      INSERT OR IGNORE INTO garbage VALUES (old.name);
    END;
    CREATE TRIGGER part_removed AFTER DELETE ON parts BEGIN
      UPDATE records SET bytes = bytes - old.bytes WHERE sequence = old.record;
    END`
  ]
}
