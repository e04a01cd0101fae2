import { z } from 'zod'
import type { Connection } from './connection.ts'
import { columnsOf as columnsBut, rowTables, tableRowAt, trigger, watchRows, watchTable } from './row-changes.ts'
import type { Schema, SharedTable } from './schema.ts'
import type { Change } from './shared.ts'
import type { Storage } from './storage.ts'

export type Row = NonNullable<Change['row']>

export const parts: SharedTable = { table: 'parts', key: 'id' }

/**
 * Notes in a table of the connection's own what is written to records and what belongs to them, whoever writes it. Without a
 * constraint: what the outer statement says of conflicts would hold for it, too.
 */
export function watchChanges(connection: Connection, schemas: readonly Schema[]): void {
  connection.execute(
    `CREATE TEMP TABLE IF NOT EXISTS dirty (kind, owner, id, tbl, key);
    ${trigger('records', 'INSERT', noted('new'))} ${trigger('records', 'DELETE', noted('old'))}
    ${trigger('records', 'UPDATE', noted('new', uses, isSame) + noted('new', '', isOther) + noted('old', '', isOther))}`
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

/** In place of a table: that a record was used or claimed, which leaves what others have changed of it meanwhile. */
export const uses = 'uses'

const noted = (row: string, table = '', when = 'true') =>
  `INSERT INTO dirty SELECT ${row}.kind, ${row}.owner, ${row}.id, '${table}', '' WHERE ${when};`

const isSame = ['kind', 'owner', 'id', 'version', 'body', 'blobs', 'parent', 'labels']
  .map((column) => `new.${column} IS old.${column}`)
  .join(' AND ')
const isOther = `NOT (${isSame})`

export const blobUses = z.array(z.object({ name: z.string() }))

/** What was written since the last call, in the order of writing, as it is now, without the texts. */
export function takeChanges(storage: Storage, schemas: readonly Schema[]): Change[] {
  return storage.transaction((connection) => {
    const keys = connection.all(
      'SELECT kind, owner, id, tbl, key FROM temp.dirty GROUP BY 1, 2, 3, 4, 5 ORDER BY min(rowid)'
    )
    if (keys.length > 0) connection.execute('DELETE FROM temp.dirty')
    const written = new Set(
      keys.flatMap(([kind, owner, id, table]) => (table === '' ? [[kind, owner, id].join('\0')] : []))
    )
    return keys.flatMap((key) =>
      key[3] === uses && written.has(key.slice(0, 3).join('\0')) ? [] : changeAt(connection, key, schemas)
    )
  })
}

/** The long texts that a change names; undefined where they were deleted meanwhile. Rejects where they cannot be read. */
export async function longTextsOf(storage: Storage, { row }: Change): Promise<readonly string[] | undefined> {
  const blobs = row?.['blobs'] ?? null
  if (blobs === null) return []
  const names = blobUses.parse(JSON.parse(String(blobs))).map(({ name }) => name)
  try {
    return await Promise.all(names.map((name) => storage.blobs.read(name)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
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
  if (table === uses) return { ...name, table: uses, key: '', row: recordAt(connection, name) }
  const shared = tableNamed(String(table), schemas)
  const keyed = typeof key === 'number' ? key : String(key)
  const place = sequenceOf(connection, name) ?? -1
  const columns = columnsOf(connection, String(table))
  const where = shared?.key === undefined ? '' : ` AND ${shared.key} = ?`
  const parameters = shared?.key === undefined ? [place] : [place, keyed]
  const row = connection.get(`SELECT ${columns.join()} FROM ${String(table)} WHERE record = ?${where}`, ...parameters)
  return { ...name, table: String(table), key: keyed, row: row ? rowOf(columns, row) : null }
}

/** Its bytes are its own, without those of its parts. */
function recordAt(connection: Connection, name: Name): Row | null {
  const columns = columnsOf(connection, 'records')
  const place = sequenceOf(connection, name) ?? -1
  const found = connection.get(`SELECT ${columns.join()} FROM records WHERE sequence = ?`, place)
  if (!found) return null
  const [bytes] = connection.get('SELECT coalesce(sum(bytes), 0) FROM parts WHERE record = ?', place) ?? []
  const row = rowOf(columns, found)
  return { ...row, bytes: Number(row['bytes']) - Number(bytes) }
}

/** What `write` changes is not noted as changed here. */
export function unnoticed<T>(connection: Connection, write: () => T): T {
  const before = connection.all('SELECT kind, owner, id, tbl, key FROM temp.dirty')
  const result = write()
  connection.execute('DELETE FROM temp.dirty')
  for (const row of before) connection.run('INSERT INTO temp.dirty VALUES (?, ?, ?, ?, ?)', ...(row as string[]))
  return result
}

type Name = Pick<Change, 'kind' | 'owner' | 'id'>

/** Where a record is in this file. */
export function sequenceOf(connection: Connection, { kind, owner, id }: Name): number | undefined {
  const row = connection.get('SELECT sequence FROM records WHERE kind = ? AND owner = ? AND id = ?', kind, owner, id)
  return row && Number(row[0])
}

/** Places in this file are left out: another file has others. */
export const columnsOf = (connection: Connection, table: string) =>
  columnsBut(connection, table, ['sequence', 'record'])

export const tableNamed = (table: string, schemas: readonly Schema[]) =>
  [parts, ...schemas.flatMap(({ shared = [] }) => shared)].find((one) => one.table === table)

const rowOf = (columns: readonly string[], values: readonly unknown[]): Row =>
  Object.fromEntries(columns.map((column, index) => [column, valueFrom(values[index])]))

const valueFrom = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? value : null)
