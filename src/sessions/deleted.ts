import type { Connection } from '../store/connection.ts'

/** Deleted sessions of one owner that are known. */
const most = 1_000

/** Notes a session of the Agents API that is about to be deleted, in the transaction that does it. */
export function noteDeleted(connection: Connection, id: string): void {
  const added = connection.get(
    `INSERT OR IGNORE INTO deleted_agent_sessions (id, owner, workspace)
     SELECT id, owner, workspace FROM sessions WHERE id = ? AND agent IS NOT NULL RETURNING owner`,
    id
  )
  if (added === undefined) return
  connection.run(
    `DELETE FROM deleted_agent_sessions WHERE owner = ?1 AND sequence <= (
       SELECT sequence FROM deleted_agent_sessions WHERE owner = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)`,
    String(added[0]),
    most
  )
}

/** The workspace of a session of an owner that was deleted; undefined where none is known. */
export function deletedIn(connection: Connection, owner: string, id: string): string | undefined {
  const sql = 'SELECT workspace FROM deleted_agent_sessions WHERE owner = ? AND id = ?'
  const [workspace] = connection.get(sql, owner, id) ?? []
  return typeof workspace === 'string' ? workspace : undefined
}
