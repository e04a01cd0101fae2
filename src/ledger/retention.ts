import type { Connection } from '../store/connection.ts'

/** Turns that are deleted in one transaction: 5,000 take a tenth of a second. */
const bite = 500

/**
 * Deletes turns that ended before `horizon`, which begins a day, some at a time, and sums by minute of then. Sums by day stay.
 * Inside a transaction. Returns whether there is more.
 */
export function deleteBefore(connection: Connection, horizon: number): boolean {
  connection.run(noteHorizon, String(horizon))
  const turns = connection.all('SELECT id FROM ledger_turns WHERE ended_at < ? ORDER BY id LIMIT ?', horizon, bite)
  for (const [id] of turns) {
    connection.run('DELETE FROM ledger_responses WHERE turn = ?', Number(id))
    connection.run('DELETE FROM ledger_turns WHERE id = ?', Number(id))
  }
  if (turns.length === bite) return true
  for (const [group] of connection.all('SELECT id FROM ledger_groups'))
    connection.run('DELETE FROM ledger_minutes WHERE grp = ? AND at < ?', Number(group), horizon)
  for (const table of ['ledger_windows', 'ledger_window_parts'])
    connection.run(`DELETE FROM ${table} WHERE resets_at < ?`, horizon)
  connection.run('DELETE FROM ledger_alerts WHERE at < ?', horizon)
  return false
}

/** From where on turns, minutes and days have the same sums. It never goes back. */
const noteHorizon = `INSERT INTO ledger_meta (name, value) VALUES ('complete_since', ?)
  ON CONFLICT DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))`
