import { noSuchSession } from './no-such-session.ts'
import type { Connection } from '../store/connection.ts'
import { putRecord } from './record-store.ts'
import type { JournalRecord } from './record-store.ts'
import { latest } from './latest.ts'
import { OwnerCount } from './owner-count.ts'
import { trim, trimOwner } from './trim.ts'
import { WaitingJournals } from './waiting-journals.ts'
import type { JournalBounds } from './trim.ts'
import type { Tables } from '../store/tables.ts'

/** A turn of a session, at its beginning and at its end. */
export interface JournalTurn {
  seq: number
  id: string
  thread: string
  status: 'inProgress' | 'completed' | 'interrupted' | 'failed'
}

/** An item of a turn, when it begins and when it is complete. `at` is in Unix milliseconds, `body` app-server's item as JSON. */
export interface JournalItem {
  seq: number
  at: number
  turn: string
  id: string
  /** As app-server calls it. */
  type: string
  body: string
}

/** What a reader finds after an event. */
export interface Found {
  /** The `seq` of the last event that was deleted. */
  trimmed: number
  /** The row that holds the first event after the reader's, among which may be earlier ones; undefined where there is none. */
  row?: { text: string; last: number }
}

/** What is written at once. */
export interface JournalBatch {
  /** Events as `eventText` writes them. */
  text: string
  /** The `seq` of the last of them. */
  last: number
  turns: readonly JournalTurn[]
  items: readonly JournalItem[]
  records: readonly JournalRecord[]
  /** JSON; the one before stays where it is left out. */
  usage?: string | undefined
  /** The same: how a session of the Agents API is now. */
  status?: string | undefined
  /** What is sent to those who want to be informed. */
  notices?: readonly Notice[] | undefined
}

/** Something that receivers outside are informed of. */
export interface Notice {
  type: string
  data: object
}

export type Publish = (connection: Connection, owner: string, notice: Notice) => void

/** The journals of all sessions in the store. */
export class JournalStore {
  readonly #tables: Tables
  readonly #bounds: JournalBounds
  readonly #publish: Publish
  readonly #ownerCount: OwnerCount
  /** Those with events that are to be stored soon. */
  readonly waiting: WaitingJournals

  /** `publish` is called in the transaction that stores what it reports. */
  constructor(tables: Tables, bounds: JournalBounds, publish: Publish = () => {}) {
    this.#tables = tables
    this.#bounds = bounds
    this.#publish = publish
    this.#ownerCount = new OwnerCount(bounds.owner)
    this.waiting = new WaitingJournals(tables)
  }

  /** Appends a batch and deletes what is then beyond the bounds. Throws where the session is gone. */
  append(session: string, { text, last, usage, status, notices = [], ...rows }: JournalBatch): void {
    const turns = latest(rows.turns, ({ id }) => id, 'status')
    const items = latest(rows.items, ({ turn, id }) => `${turn} ${id}`, 'body')
    const records = latest(rows.records, ({ kind, id }) => `${kind} ${id}`, 'body')
    this.#tables.transaction((connection) => {
      const bytes = [...items, ...records].reduce((sum, { body }) => sum + body.length, text.length)
      const changed = connection.get(
        `UPDATE sessions SET seq = ?, bytes = bytes + ?, usage = coalesce(?, usage), status = coalesce(?, status) WHERE id = ?
         RETURNING owner, bytes`,
        last,
        bytes,
        usage ?? null,
        status ?? null,
        session
      )
      if (changed === undefined) throw noSuchSession()
      if (text !== '')
        connection.run('INSERT INTO session_events VALUES (?, ?, ?, ?)', session, last, text, text.length)
      for (const { seq, id, thread, status } of turns)
        connection.run(
          'INSERT INTO session_turns VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status',
          session,
          seq,
          id,
          thread,
          status
        )
      for (const { seq, at, turn, id, type, body } of items)
        connection.run(
          `INSERT INTO session_items VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET body = excluded.body, bytes = bytes + excluded.bytes`,
          session,
          seq,
          at,
          turn,
          id,
          type,
          body,
          body.length
        )
      for (const record of records) putRecord(connection, session, record)
      const owner = String(changed[0])
      for (const notice of notices) this.#publish(connection, owner, notice)
      if (Number(changed[1]) > this.#bounds.session) trim(connection, session, this.#bounds)
      if (this.#ownerCount.isDue(owner, bytes)) trimOwner(connection, session, this.#bounds)
    })
  }

  /** What comes after the event `after`. Throws where the session is gone. */
  after(session: string, after: number): Found {
    const row = this.#tables.use((connection) =>
      connection.get(
        `SELECT trimmed, last, CAST(body AS BLOB) FROM sessions LEFT JOIN session_events ON session = id AND last > ?
         WHERE id = ? ORDER BY last LIMIT 1`,
        after,
        session
      )
    )
    if (row === undefined) throw noSuchSession()
    const [trimmed, last, body] = row
    if (last === null) return { trimmed: Number(trimmed) }
    return { trimmed: Number(trimmed), row: { last: Number(last), text: Buffer.from(body as Uint8Array).toString() } }
  }

  /** The last messages of a session, the oldest first. */
  lastMessages(session: string, limit: number): JournalItem[] {
    const rows = this.#tables.use((connection) =>
      connection.all(
        `SELECT seq, at, turn, id, type, body FROM session_items
         WHERE session = ? AND type IN ('userMessage', 'agentMessage') ORDER BY seq DESC LIMIT ?`,
        session,
        limit
      )
    )
    return rows.reverse().map(([seq, at, turn, id, type, body]) => ({
      seq: Number(seq),
      at: Number(at),
      turn: String(turn),
      id: String(id),
      type: String(type),
      body: String(body)
    }))
  }

  /** Forgets the items: those to come are of another thread, of which these were before; their `seq` is below 1. */
  replaceItems(session: string, earlier: readonly JournalItem[]): void {
    this.#tables.transaction((connection) => {
      const sql = 'SELECT coalesce(sum(bytes), 0) FROM session_items WHERE session = ?'
      const before = Number(connection.get(sql, session)?.[0])
      const bytes = earlier.reduce((sum, { body }) => sum + body.length, 0)
      connection.run('DELETE FROM session_items WHERE session = ?', session)
      connection.run('UPDATE sessions SET bytes = bytes + ? WHERE id = ?', bytes - before, session)
      for (const { seq, at, turn, id, type, body } of earlier)
        connection.run(
          'INSERT INTO session_items VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          ...[session, seq, at, turn, id, type, body, body.length]
        )
    })
  }

  lastTurn(session: string): JournalTurn | undefined {
    const row = this.#tables.use((connection) =>
      connection.get(
        'SELECT seq, id, thread, status FROM session_turns WHERE session = ? ORDER BY seq DESC LIMIT 1',
        session
      )
    )
    return (
      row && {
        seq: Number(row[0]),
        id: String(row[1]),
        thread: String(row[2]),
        status: row[3] as JournalTurn['status']
      }
    )
  }
}
