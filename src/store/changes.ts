import { z } from 'zod'
import type { Connection } from './connection.ts'
import {
  applyTableRow,
  columnsOf as columnsBut,
  rowTables,
  tableRowAt,
  trigger,
  watchRows,
  watchTable
} from './row-changes.ts'
import type { Schema, SharedTable } from './schema.ts'
import type { Change } from './shared.ts'
import type { Storage } from './storage.ts'

type Row = NonNullable<Change['row']>

const parts: SharedTable = { table: 'parts', key: 'id' }

/**
 * Notes in a table of the connection's own what is written to records and what belongs to them, whoever writes it. Without a
 * constraint: what the outer statement says of conflicts would hold for it, too.
 */
export function watchChanges(connection: Connection, schemas: readonly Schema[]): void {
  connection.execute(
    `CREATE TEMP TABLE IF NOT EXISTS dirty (kind, owner, id, tbl, key);
    ${trigger('records', 'INSERT', noted('new'))} ${trigger('records', 'UPDATE', noted('new') + noted('old'))}
    ${trigger('records', 'DELETE', noted('old'))}`
  )
  for (const { table, key } of [parts, ...schemas.flatMap(({ shared = [] }) => shared)])
    watchTable(
      connection,
      table,
      (row) => `INSERT INTO dirty SELECT kind, owner, id, '${table}', ${key === undefined ? "''" : `${row}.${key}`}
        FROM main.records WHERE sequence = ${row}.record;`
    )
  watchRows(connection, rowTables(schemas))
}

const noted = (row: string) => `INSERT INTO dirty VALUES (${row}.kind, ${row}.owner, ${row}.id, '', '');`

const uses = z.array(z.object({ name: z.string() }))

/** What was written since the last call, in the order of writing, as it is now. */
export async function takeChanges(storage: Storage, schemas: readonly Schema[]): Promise<Change[]> {
  const found = storage.transaction((connection) => {
    const keys = connection.all(
      'SELECT kind, owner, id, tbl, key FROM temp.dirty GROUP BY 1, 2, 3, 4, 5 ORDER BY min(rowid)'
    )
    if (keys.length > 0) connection.execute('DELETE FROM temp.dirty')
    return keys.map((key) => changeAt(connection, key, schemas))
  })
  const changes: Change[] = []
  for (const change of found) {
    const names = uses.parse(JSON.parse(String(change.row?.['blobs'] ?? '[]'))).map(({ name }) => name)
    const texts = await Promise.all(names.map((name) => storage.blobs.read(name))).catch(() => undefined)
    if (texts) changes.push(texts.length > 0 ? { ...change, texts } : change) // else it was deleted meanwhile
  }
  return changes
}

function changeAt(
  connection: Connection,
  [kind, owner, id, table, key]: unknown[],
  schemas: readonly Schema[]
): Change {
  const whole = rowTables(schemas).find((one) => one.table === table)
  if (whole) return tableRowAt(connection, whole, String(key))
  const name = { kind: String(kind), owner: String(owner), id: String(id) }
  if (table === '') return { ...name, row: recordAt(connection, name) }
  const shared = tableNamed(String(table), schemas)
  const keyed = typeof key === 'number' ? key : String(key)
  const place = placeOf(connection, name) ?? -1
  const columns = columnsOf(connection, String(table))
  const where = shared?.key === undefined ? '' : ` AND ${shared.key} = ?`
  const parameters = shared?.key === undefined ? [place] : [place, keyed]
  const row = connection.get(`SELECT ${columns.join()} FROM ${String(table)} WHERE record = ?${where}`, ...parameters)
  return { ...name, table: String(table), key: keyed, row: row ? rowOf(columns, row) : null }
}

/** Its bytes are its own, without those of its parts. */
function recordAt(connection: Connection, name: Name): Row | null {
  const columns = columnsOf(connection, 'records')
  const place = placeOf(connection, name) ?? -1
  const found = connection.get(`SELECT ${columns.join()} FROM records WHERE sequence = ?`, place)
  if (!found) return null
  const [bytes] = connection.get('SELECT coalesce(sum(bytes), 0) FROM parts WHERE record = ?', place) ?? []
  const row = rowOf(columns, found)
  return { ...row, bytes: Number(row['bytes']) - Number(bytes) }
}

/** Writes a change of another gateway here, as no change of our own. */
export async function applyChange(storage: Storage, change: Change, schemas: readonly Schema[]): Promise<void> {
  for (const text of change.texts ?? []) await storage.blobs.write(change.owner, text)
  storage.transaction((connection) =>
    unnoticed(connection, () => {
      if (change.table === undefined) applyRecord(connection, change)
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

/** What `write` changes is not noted as changed here. */
export function unnoticed<T>(connection: Connection, write: () => T): T {
  const before = connection.all('SELECT kind, owner, id, tbl, key FROM temp.dirty')
  const result = write()
  connection.execute('DELETE FROM temp.dirty')
  for (const row of before) connection.run('INSERT INTO temp.dirty VALUES (?, ?, ?, ?, ?)', ...(row as string[]))
  return result
}

function applyRecord(connection: Connection, { row, ...name }: Change): void {
  const { kind, owner, id } = name
  if (!row) return void connection.run('DELETE FROM records WHERE kind = ? AND owner = ? AND id = ?', kind, owner, id)
  upsert(connection, 'records', ['kind', 'owner', 'id'], row)
  const place = placeOf(connection, name) ?? -1
  connection.run(
    'UPDATE records SET bytes = ? + (SELECT coalesce(sum(bytes), 0) FROM parts WHERE record = records.sequence) WHERE sequence = ?',
    Number(row['bytes']),
    place
  )
  connection.run('DELETE FROM blob_uses WHERE record = ?', place)
  noteBlobs(connection, 'blob_uses', place, row)
}

function applyRow(connection: Connection, { row, key, ...name }: Change, shared: SharedTable | undefined): void {
  const place = placeOf(connection, name)
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
  const changed = all.filter((column) => !keys.includes(column)).map((column) => `${column} = excluded.${column}`)
  connection.run(
    `INSERT INTO ${table} (${all.join()}) VALUES (${all.map(() => '?').join()}) ON CONFLICT (${keys.join()}) DO UPDATE SET ${changed.join()}`,
    ...all.map((column) => row[column] ?? null)
  )
  return isNew
}

function noteBlobs(connection: Connection, table: string, place: number, row: Row): void {
  for (const { name } of uses.parse(JSON.parse(String(row['blobs'] ?? '[]'))))
    connection.run(`INSERT OR IGNORE INTO ${table} VALUES (?, ?)`, place, name)
}

type Name = Pick<Change, 'kind' | 'owner' | 'id'>

function placeOf(connection: Connection, { kind, owner, id }: Name): number | undefined {
  const row = connection.get('SELECT sequence FROM records WHERE kind = ? AND owner = ? AND id = ?', kind, owner, id)
  return row && Number(row[0])
}

/** Places in this file are left out: another file has others. */
const columnsOf = (connection: Connection, table: string) => columnsBut(connection, table, ['sequence', 'record'])

const tableNamed = (table: string, schemas: readonly Schema[]) =>
  [parts, ...schemas.flatMap(({ shared = [] }) => shared)].find((one) => one.table === table)

const rowOf = (columns: readonly string[], values: readonly unknown[]): Row =>
  Object.fromEntries(columns.map((column, index) => [column, valueFrom(values[index])]))

const valueFrom = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? value : null)
