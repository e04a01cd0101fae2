import type { Connection } from './connection.ts'
import type { RowTable, Schema } from './schema.ts'
import type { Change } from './shared.ts'

type Value = string | number | null

/** The tables of these modules whose rows are shared as they are. */
export const rowTables = (schemas: readonly Schema[]): RowTable[] => schemas.flatMap(({ rows = [] }) => rows)

/** Notes in `dirty` which rows are written, whoever writes them. */
export function watchRows(connection: Connection, tables: readonly RowTable[]): void {
  for (const { table, key } of tables)
    watchTable(connection, table, (row) => {
      const values = key.map((column) => `${row}.${column}`).join()
      return `INSERT INTO dirty VALUES ('', '', '', '${table}', json_array(${values}));`
    })
}

/** Runs a statement after each write to a table, in the same transaction. `statement` names the row as `new` or `old`. */
export function watchTable(connection: Connection, table: string, statement: (row: 'new' | 'old') => string): void {
  connection.execute(
    trigger(table, 'INSERT', statement('new')) +
      trigger(table, 'UPDATE', statement('new')) +
      trigger(table, 'DELETE', statement('old'))
  )
}

export const trigger = (table: string, event: 'INSERT' | 'UPDATE' | 'DELETE', body: string): string =>
  `CREATE TEMP TRIGGER IF NOT EXISTS dirty_${table}_${event} AFTER ${event} ON main.${table} BEGIN ${body} END;`

/** A row as it is now. `key`: the values of its key as JSON. */
export function tableRowAt(connection: Connection, { table, key: keys, own = [] }: RowTable, key: string): Change {
  const columns = columnsOf(connection, table, own)
  const values = JSON.parse(key) as Value[]
  const found = connection.get(`SELECT ${columns.join()} FROM ${table} WHERE ${isKey(keys)}`, ...values)
  const row = found && Object.fromEntries(columns.map((column, index) => [column, (found[index] ?? null) as Value]))
  return { kind: '', owner: '', id: '', table, key, row: row ?? null }
}

/** Writes a row of another gateway's. What stands in its way here has the same name there: it gives way. */
export function applyTableRow(connection: Connection, { table, key: keys, own = [] }: RowTable, change: Change): void {
  const values = JSON.parse(String(change.key)) as Value[]
  const { row } = change
  if (!row) return void connection.run(`DELETE FROM ${table} WHERE ${isKey(keys)}`, ...values)
  const columns = columnsOf(connection, table, own).filter((column) => column in row)
  const changed = columns.filter((column) => !keys.includes(column)).map((column) => `${column} = excluded.${column}`)
  connection.run(
    `INSERT OR REPLACE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})
     ON CONFLICT (${keys.join()}) DO UPDATE SET ${changed.join()}`,
    ...columns.map((column) => row[column] ?? null)
  )
}

const isKey = (keys: readonly string[]) => keys.map((column) => `${column} = ?`).join(' AND ')

/** The columns of a table, without those that are each gateway's own. */
export const columnsOf = (connection: Connection, table: string, own: readonly string[]): string[] =>
  connection
    .all('SELECT name FROM pragma_table_info(?)', table)
    .map(([name]) => String(name))
    .filter((name) => !own.includes(name))
