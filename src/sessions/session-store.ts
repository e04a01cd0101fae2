import type { Connection } from '../store/connection.ts'
import type { Tables } from '../store/tables.ts'
import { noteDeleted } from './deleted.ts'

/** What is stored of a session besides its journal. Times are Unix milliseconds. */
export interface SessionRecord {
  id: string
  /** The id of a principal. */
  owner: string
  /** The id of a workspace. */
  workspace: string
  /** The id of its thread. */
  thread: string
  /** The last event that was stored. */
  seq: number
  /** What app-server said last of its tokens, as JSON. */
  usage: string | null
  createdAt: number
  usedAt: number
  /** The mark of the gateway that has it in memory. */
  worker: string | null
  /** What a session of the Agents API was made with, as JSON; null for all others. */
  agent: string | null
  /** Its metadata, as JSON. */
  labels: string | null
  /** How it is, as JSON. */
  status: string | null
}

/** What only sessions of the Agents API have. */
export type AgentColumns = { [Column in 'agent' | 'labels' | 'status']: string }

export const sessionColumns =
  'id, owner, workspace, thread, seq, usage, created_at, used_at, worker, agent, labels, status'

type Changes = Partial<Pick<SessionRecord, 'thread' | 'usedAt' | 'agent' | 'labels'>>

/** The sessions of all principals. */
export class SessionStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  add(
    {
      id,
      owner,
      workspace,
      thread,
      createdAt,
      usedAt
    }: Omit<SessionRecord, 'seq' | 'usage' | 'worker' | keyof AgentColumns>,
    worker: string,
    columns?: AgentColumns
  ): void {
    this.#tables.use((connection) =>
      connection.run(
        `INSERT INTO sessions (id, owner, workspace, thread, worker, created_at, used_at, agent, labels, status, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        owner,
        workspace,
        thread,
        worker,
        createdAt,
        usedAt,
        columns?.agent ?? null,
        columns?.labels ?? null,
        columns?.status ?? null,
        (columns?.agent ?? '').length + (columns?.labels ?? '').length
      )
    )
  }

  find(id: string): SessionRecord | undefined {
    return this.#first('id = ?', id)
  }

  /** The session of a thread that was used last. */
  ofThread(thread: string): SessionRecord | undefined {
    return this.#first('thread = ?', thread)
  }

  /** The most recently used first, without those of the Agents API. */
  all(owner?: string): SessionRecord[] {
    const [condition, parameters] = owner === undefined ? ['1', []] : ['owner = ?', [owner]]
    return this.#tables.use((connection) =>
      connection
        .all(
          `SELECT ${sessionColumns} FROM sessions WHERE agent IS NULL AND ${condition} ORDER BY used_at DESC, id DESC`,
          ...parameters
        )
        .map(recordFrom)
    )
  }

  /** How many there are, of one owner or of all, without those of the Agents API. */
  count(owner?: string): number {
    const [condition, parameters] = owner === undefined ? ['1', []] : ['owner = ?', [owner]]
    const sql = `SELECT count(*) FROM sessions WHERE agent IS NULL AND ${condition}`
    return Number(this.#tables.use((connection) => connection.get(sql, ...parameters))?.[0])
  }

  /**
   * Marks a session as one that this gateway has in memory, and leaves out `skipped` numbers of events. Returns the last of these; undefined
   * where another gateway has it, as far as `isLost` knows.
   */
  claim(id: string, worker: string, isLost: (worker: string) => boolean, skipped: number): number | undefined {
    return this.#tables.transaction((connection) => {
      const holder = connection.get('SELECT worker FROM sessions WHERE id = ?', id)?.[0]
      if (typeof holder === 'string' && holder !== worker && !isLost(holder)) return undefined
      const sql = 'UPDATE sessions SET worker = ?, seq = seq + ? WHERE id = ? RETURNING seq'
      return Number(connection.get(sql, worker, skipped, id)?.[0])
    })
  }

  /** A gateway has none in memory any more. */
  release(worker: string): void {
    this.#tables.use((connection) => connection.run('UPDATE sessions SET worker = NULL WHERE worker = ?', worker))
  }

  update(id: string, { thread, usedAt, agent, labels }: Changes): void {
    this.#tables.use((connection) =>
      connection.run(
        `UPDATE sessions SET thread = coalesce(?1, thread), used_at = coalesce(?2, used_at),
         agent = coalesce(?3, agent), labels = coalesce(?4, labels),
         bytes = bytes + coalesce(length(?3) - length(agent), 0) + coalesce(length(?4) - length(labels), 0) WHERE id = ?5`,
        thread ?? null,
        usedAt ?? null,
        agent ?? null,
        labels ?? null,
        id
      )
    )
  }

  /** False where it was not there. */
  delete(id: string): boolean {
    return this.#tables.transaction((connection) => {
      noteDeleted(connection, id)
      return connection.run('DELETE FROM sessions WHERE id = ?', id) > 0
    })
  }

  /** Gives all sessions of one owner to another. */
  adopt(from: string, to: string): void {
    this.#tables.transaction((connection) => {
      for (const table of ['sessions', 'deleted_agent_sessions'])
        connection.run(`UPDATE ${table} SET owner = ? WHERE owner = ?`, to, from)
    })
  }

  #first(condition: string, value: string): SessionRecord | undefined {
    const sql = `SELECT ${sessionColumns} FROM sessions WHERE ${condition} ORDER BY used_at DESC LIMIT 1`
    const row = this.#tables.use((connection: Connection) => connection.get(sql, value))
    return row && recordFrom(row)
  }
}

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)

/** A row of `sessionColumns` as an object. */
export function recordFrom([
  id,
  owner,
  workspace,
  thread,
  seq,
  usage,
  createdAt,
  usedAt,
  worker,
  agent,
  labels,
  status
]: readonly unknown[]): SessionRecord {
  return {
    id: String(id),
    owner: String(owner),
    workspace: String(workspace),
    thread: String(thread),
    seq: Number(seq),
    usage: textOrNull(usage),
    createdAt: Number(createdAt),
    usedAt: Number(usedAt),
    worker: textOrNull(worker),
    agent: textOrNull(agent),
    labels: textOrNull(labels),
    status: textOrNull(status)
  }
}
