import type { Connection } from '../store/connection.ts'
import type { Tables } from '../store/tables.ts'
import { deletedIn } from './deleted.ts'

/** Something of a session of the Agents API: a turn or an item, as its body says. Of one that is there only the body changes. */
export interface JournalRecord {
  seq: number
  kind: string
  id: string
  /** The id of a subagent; '' for what is the session's own. */
  scope: string
  turn: string
  /** JSON. */
  body: string
}

/** Which records are wanted. */
export interface RecordWish {
  kind: string
  scope: string
  turn?: string | undefined
  order: 'asc' | 'desc'
  limit: number
  from?: number | undefined
}

/** Requests of one session whose repetition is known. */
const maxKeys = 1_000

/** What is stored of the sessions of the Agents API: their turns and items. */
export class RecordStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Something of a session of the Agents API. */
  find(session: string, kind: string, id: string): JournalRecord | undefined {
    const row = this.#tables.use((connection) =>
      connection.get(
        `SELECT ${recordColumns} FROM session_records WHERE session = ? AND kind = ? AND id = ?`,
        ...[session, kind, id]
      )
    )
    return row && recordFrom(row)
  }

  /** The workspace of a session of an owner that was deleted, as far as that is known. */
  deletedIn(owner: string, session: string): string | undefined {
    return this.#tables.use((connection) => deletedIn(connection, owner, session))
  }

  /** Those of one kind and scope, and of one turn where that is given, by when they began; after or before the event `from`. */
  list(session: string, { kind, scope, turn, order, limit, from }: RecordWish): JournalRecord[] {
    const [start, comparison] = order === 'asc' ? [0, '>'] : [Number.MAX_SAFE_INTEGER, '<']
    const rows = this.#tables.use((connection) =>
      connection.all(
        `SELECT ${recordColumns} FROM session_records WHERE session = ? AND kind = ? AND scope = ? AND seq ${comparison} ?
         ${turn === undefined ? '' : 'AND turn = ?'} ORDER BY seq ${order} LIMIT ?`,
        ...[session, kind, scope, from ?? start],
        ...(turn === undefined ? [] : [turn]),
        limit
      )
    )
    return rows.map(recordFrom)
  }
}

/** Adds or changes one, within the transaction of the events that it is about. */
export function putRecord(
  connection: Connection,
  session: string,
  { kind, scope, id, turn, seq, body }: JournalRecord
): void {
  connection.run(
    `INSERT INTO session_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET body = excluded.body, bytes = bytes + excluded.bytes`,
    ...[session, kind, scope, id, turn, seq, body, body.length]
  )
  if (kind === 'key') trimKeys(connection, session)
}

/** The oldest keys of requests give way: some are stored without anything that the size of the session would bound. */
function trimKeys(connection: Connection, session: string): void {
  const removed = connection.all(
    `DELETE FROM session_records WHERE session = ?1 AND kind = 'key' AND (seq, rowid) <= (
       SELECT seq, rowid FROM session_records WHERE session = ?1 AND kind = 'key' AND scope = ''
       ORDER BY seq DESC, rowid DESC LIMIT 1 OFFSET ?2) RETURNING bytes`,
    session,
    maxKeys
  )
  const bytes = removed.reduce((sum, [one]) => sum + Number(one), 0)
  if (bytes > 0) connection.run('UPDATE sessions SET bytes = bytes - ? WHERE id = ?', bytes, session)
}

const recordColumns = 'seq, kind, scope, id, turn, body'

const recordFrom = ([seq, kind, scope, id, turn, body]: readonly unknown[]): JournalRecord => ({
  seq: Number(seq),
  kind: String(kind),
  scope: String(scope),
  id: String(id),
  turn: String(turn),
  body: String(body)
})
