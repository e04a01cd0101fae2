import type { Connection } from '../store/connection.ts'

/** Characters that the journal of one session may have, and those of one owner together. */
export interface JournalBounds {
  session: number
  owner: number
}

/**
 * Deletes the oldest events of a session that has more than its bound, and of its owner's largest one while all of the owner's have.
 * What was written last always stays.
 */
export function trim(connection: Connection, session: string, bounds: JournalBounds): void {
  shorten(connection, session, bounds.session)
  for (;;) {
    const [sum, largest] = shareOf(connection, session)
    if (sum <= bounds.owner || !shorten(connection, largest.id, largest.bytes - (sum - bounds.owner))) return
  }
}

function shareOf(connection: Connection, session: string): [sum: number, largest: { id: string; bytes: number }] {
  const rows = connection.all(
    'SELECT id, bytes FROM sessions WHERE owner = (SELECT owner FROM sessions WHERE id = ?) ORDER BY bytes DESC',
    session
  )
  const sum = rows.reduce((all, [, bytes]) => all + Number(bytes), 0)
  return [sum, { id: String(rows[0]?.[0]), bytes: Number(rows[0]?.[1]) }]
}

/** False where there is nothing to delete. */
function shorten(connection: Connection, session: string, limit: number): boolean {
  const bytesNow = () => Number(connection.get('SELECT bytes FROM sessions WHERE id = ?', session)?.[0])
  const hasMore = () =>
    connection.get('SELECT 1 FROM session_events WHERE session = ? LIMIT 1 OFFSET 1', session) !== undefined
  let isShorter = false
  while (bytesNow() > limit && hasMore()) {
    deleteOldest(connection, session)
    isShorter = true
  }
  return isShorter
}

/** Deletes the oldest row of events, and the items that began in it. */
function deleteOldest(connection: Connection, session: string): void {
  const sql = 'SELECT last, bytes FROM session_events WHERE session = ? ORDER BY last LIMIT 1'
  const [last = 0, bytes = 0] = connection.get(sql, session)?.map(Number) ?? []
  const items = Number(
    connection.get(
      'SELECT coalesce(sum(bytes), 0) FROM session_items WHERE session = ? AND seq <= ?',
      session,
      last
    )?.[0]
  )
  connection.run('DELETE FROM session_events WHERE session = ? AND last = ?', session, last)
  connection.run('DELETE FROM session_items WHERE session = ? AND seq <= ?', session, last)
  connection.run(
    `DELETE FROM session_turns WHERE session = ?1 AND seq <= ?2 AND status <> 'inProgress' AND seq < (SELECT max(seq) FROM session_turns WHERE session = ?1)`,
    session,
    last
  )
  connection.run('UPDATE sessions SET bytes = bytes - ?, trimmed = ? WHERE id = ?', bytes + items, last, session)
}
