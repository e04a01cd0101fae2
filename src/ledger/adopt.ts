import type { Connection } from '../store/connection.ts'
import { sharedId } from './ids.ts'

/** What refers to rows that are known by their ids, and what has them. */
const columns = [
  ...['ledger_groups.id', 'ledger_minutes.grp', 'ledger_days.grp', 'ledger_turns.grp'],
  ...[
    'ledger_turns.id',
    'ledger_responses.turn',
    'ledger_processes.id',
    'ledger_turns.process',
    'ledger_processes.first_turn'
  ]
].map((name) => name.split('.') as [table: string, column: string])

/**
 * Makes room for rows of others, once: what this gateway has counted alone has ids below 0 until `adoptRows`. Sums by turn and by minute
 * are complete from this day on: of what others counted before, only days may come. Inside a transaction.
 */
export function setAside(connection: Connection, today: number): void {
  if (connection.run("INSERT INTO ledger_meta (name, value) VALUES ('shared', '1') ON CONFLICT DO NOTHING") === 0)
    return
  for (const [table, column] of columns) connection.run(`UPDATE ${table} SET ${column} = -${column}`)
  connection.run(noteComplete, String(today))
}

/** Gives these rows the ids of an origin. Inside a transaction. Returns the highest id of a turn. */
export function adoptRows(connection: Connection, origin: number): number {
  connection.run('UPDATE ledger_groups SET origin = ? WHERE id < 0', origin * 2)
  for (const [table, column] of columns)
    connection.run(`UPDATE ${table} SET ${column} = ${sharedId(`-${column}`, origin)} WHERE ${column} < 0`)
  return Number(connection.get('SELECT coalesce(max(id), 0) FROM ledger_turns')?.[0])
}

const noteComplete = `INSERT INTO ledger_meta (name, value) VALUES ('complete_since', ?)
  ON CONFLICT DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))`
