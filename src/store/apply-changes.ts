import type { Connection } from './connection.ts'
import { blobUses, columnsOf, parts, sequenceOf, tableNamed, unnoticed, uses } from './changes.ts'
import type { Row } from './changes.ts'
import { applyTableRow, rowTables } from './row-changes.ts'
import type { Schema, SharedTable } from './schema.ts'
import type { Change } from './shared.ts'
import type { Storage } from './storage.ts'

/** Writes a change of another gateway here, as no change of our own. */
export async function applyChange(storage: Storage, change: Change, schemas: readonly Schema[]): Promise<void> {
  const isKnown = change.table === uses && storage.use((connection) => sequenceOf(connection, change)) !== undefined
  for (const text of (!isKnown && change.texts) || []) await storage.blobs.write(change.owner, text)
  storage.transaction((connection) =>
    unnoticed(connection, () => {
      if (change.table === undefined) applyRecord(connection, change)
      else if (change.table === uses) applyUse(connection, change)
      else applyRow(connection, change, tableNamed(change.table, schemas))
      storage.blobs.collect(connection)
    })
  )
}

/** The same for rows of tables of their own, all at once: what was written together is seen together. */
export function applyTableRows(storage: Storage, changes: readonly Change[], schemas: readonly Schema[]): void {
  const tables = rowTables(schemas)
  storage.transaction((connection) =>
    unnoticed(connection, () => {
      for (const change of changes) {
        const table = tables.find((one) => one.table === change.table)
        if (table) applyTableRow(connection, table, change)
      }
    })
  )
}

function applyRecord(connection: Connection, { row, ...name }: Change): void {
  const { kind, owner, id } = name
  if (!row) return void connection.run('DELETE FROM records WHERE kind = ? AND owner = ? AND id = ?', kind, owner, id)
  upsert(connection, 'records', ['kind', 'owner', 'id'], row)
  const place = sequenceOf(connection, name) ?? -1
  connection.run(
    'UPDATE records SET bytes = ? + (SELECT coalesce(sum(bytes), 0) FROM parts WHERE record = records.sequence) WHERE sequence = ?',
    Number(row['bytes']),
    place
  )
  connection.run('DELETE FROM blob_uses WHERE record = ?', place)
  noteBlobs(connection, 'blob_uses', place, row)
}

/** One that is not here is made as it is there. */
function applyUse(connection: Connection, change: Change): void {
  const { row } = change
  if (!row) return
  const place = sequenceOf(connection, change)
  if (place === undefined) return applyRecord(connection, change)
  const sql = 'UPDATE records SET used_at = max(used_at, ?), claimed = max(claimed, ?) WHERE sequence = ?'
  connection.run(sql, Number(row['used_at']), Number(row['claimed']), place)
}

function applyRow(connection: Connection, { row, key, ...name }: Change, shared: SharedTable | undefined): void {
  const place = sequenceOf(connection, name)
  if (place === undefined || !shared) return
  const { table, key: column } = shared
  const known = column === undefined ? [] : [column]
  if (!row) {
    const where = column === undefined ? '' : ` AND ${column} = ?`
    return void connection.run(
      `DELETE FROM ${table} WHERE record = ?${where}`,
      place,
      ...(column === undefined ? [] : [key ?? ''])
    )
  }
  const isNew = upsert(connection, table, ['record', ...known], { record: place, ...row })
  if (table !== parts.table || !isNew) return
  const [sequence] = connection.get('SELECT sequence FROM parts WHERE record = ? AND id = ?', place, String(key)) ?? []
  noteBlobs(connection, 'part_blob_uses', Number(sequence), row)
  connection.run('UPDATE records SET bytes = bytes + ? WHERE sequence = ?', Number(row['bytes']), place)
}

/** True where there was none. */
function upsert(connection: Connection, table: string, keys: readonly string[], row: Row): boolean {
  const columns = columnsOf(connection, table).filter((column) => column in row)
  const all = [...new Set([...(keys.includes('record') ? ['record'] : []), ...columns])]
  const where = keys.map((key) => `${key} = ?`).join(' AND ')
  const isNew = !connection.get(`SELECT 1 FROM ${table} WHERE ${where}`, ...keys.map((key) => row[key] ?? null))
  const changed = all.filter((column) => !keys.includes(column)).map(changedColumn)
  connection.run(
    `INSERT INTO ${table} (${all.join()}) VALUES (${all.map(() => '?').join()}) ON CONFLICT (${keys.join()}) DO UPDATE SET ${changed.join()}`,
    ...all.map((column) => row[column] ?? null)
  )
  return isNew
}

/** A record that one gateway has used or claimed stays so, in whatever order that is learnt. */
const changedColumn = (column: string) =>
  column === 'used_at' || column === 'claimed'
    ? `${column} = max(${column}, excluded.${column})`
    : `${column} = excluded.${column}`

function noteBlobs(connection: Connection, table: string, place: number, row: Row): void {
  for (const { name } of blobUses.parse(JSON.parse(String(row['blobs'] ?? '[]'))))
    connection.run(`INSERT OR IGNORE INTO ${table} VALUES (?, ?)`, place, name)
}
