import type { Connection } from '../store/connection.ts'

/** Characters that the journal of one session may have, and those of one owner together. */
export interface JournalBounds {
  session: number
  owner: number
}

/** Deletes the oldest events of a session that has more than its bound. What was written last always stays. */
export function trim(connection: Connection, session: string, bounds: JournalBounds): void {
  shorten(connection, session, bounds.session)
}

/** Deletes the oldest events of the largest session of this one's owner while all of the owner's have more than their bound. */
export function trimOwner(connection: Connection, session: string, bounds: JournalBounds): void {
  for (
    let over = excess(connection, session, bounds.owner);
    over > 0;
    over = excess(connection, session, bounds.owner)
  ) {
    const largest = largestBeside(connection, session)
    if (!shorten(connection, largest.id, largest.bytes - over)) return
  }
}

/** How much more than their bound all sessions of this one's owner have. */
function excess(connection: Connection, session: string, bound: number): number {
  const sql = 'SELECT sum(bytes) FROM sessions WHERE owner = (SELECT owner FROM sessions WHERE id = ?)'
  return Number(connection.get(sql, session)?.[0]) - bound
}

/** The largest session of the same owner. */
function largestBeside(connection: Connection, session: string): { id: string; bytes: number } {
  const sql = `SELECT id, bytes FROM sessions WHERE owner = (SELECT owner FROM sessions WHERE id = ?)
    ORDER BY bytes DESC LIMIT 1`
  const [id, bytes] = connection.get(sql, session) ?? []
  return { id: String(id), bytes: Number(bytes) }
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
