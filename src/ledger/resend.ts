import type { Connection } from '../store/connection.ts'
import { isLed, turnsIn } from './ids.ts'

/** Seconds before the last of a gateway's turns from which it may not have sent what it stored when it was killed. */
const unsure = 600

/**
 * Rows are sent to those who share them when they are written: this writes them again as they are. Those that a gateway has stored last,
 * by what its ids end in. Inside a transaction.
 */
export function resendRecent(connection: Connection, ending: number): void {
  connection.run('UPDATE ledger_groups SET origin = origin WHERE origin = ?', ending)
  for (const [id] of connection.all('SELECT id FROM ledger_groups WHERE origin = ?', ending)) {
    const group = Number(id)
    for (const table of ['ledger_minutes', 'ledger_days']) {
      const [at] = connection.get(`SELECT max(at) FROM ${table} WHERE grp = ?`, group) ?? []
      connection.run(`UPDATE ${table} SET requests = requests WHERE grp = ? AND at >= ?`, group, Number(at) - unsure)
    }
    const [last] = connection.get('SELECT max(id) FROM ledger_turns WHERE grp = ?', group) ?? []
    const first = Number(last) - turnsIn(unsure)
    connection.run(
      'UPDATE ledger_responses SET at = at WHERE turn IN (SELECT id FROM ledger_turns WHERE grp = ? AND id >= ?)',
      group,
      first
    )
    connection.run('UPDATE ledger_turns SET at = at WHERE grp = ? AND id >= ?', group, first)
  }
}

/**
 * Days from `since` on, for gateways that come later than what was sent of them is stored: those that are over, which nobody changes, and
 * today's of the one that leads. Inside a transaction.
 */
export function resendDays(connection: Connection, since: number, today: number): void {
  const groups = connection.all('SELECT id FROM ledger_groups').map(([id]) => Number(id))
  for (const group of groups) {
    const until = isLed(group) ? Number.MAX_SAFE_INTEGER : today
    const sent = connection.run(
      'UPDATE ledger_days SET requests = requests WHERE grp = ? AND at >= ? AND at < ?',
      ...[group, since, until]
    )
    if (sent > 0) connection.run('UPDATE ledger_groups SET origin = origin WHERE id = ?', group)
  }
}
