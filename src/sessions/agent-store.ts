import { recordFrom, sessionColumns } from './session-store.ts'
import type { SessionRecord } from './session-store.ts'
import { pageById } from '../store/page-by-id.ts'
import type { Tables } from '../store/tables.ts'

/** Which sessions of the Agents API are wanted. */
export interface AgentWish {
  after?: string | undefined
  order: 'asc' | 'desc'
  limit: number
  agentId?: string | undefined
  metadata: Readonly<Record<string, string>>
  /** Ids of those whose sessions are wanted. */
  workspaces: readonly string[]
}

/** The sessions of the Agents API, of all principals. */
export class AgentStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Bytes of one, and of all of its owner. */
  bytes({ id, owner }: { id: string; owner: string }): { own: number; all: number } {
    const sql = `SELECT (SELECT bytes FROM sessions WHERE id = ?), sum(bytes) FROM sessions
      WHERE owner = ? AND agent IS NOT NULL` // an index has all of it
    const [own, all] = this.#tables.use((connection) => connection.get(sql, id, owner)) ?? []
    return { own: Number(own), all: Number(all) }
  }

  /** How many of the Agents API there are, of one owner or of all. */
  count(owner?: string): number {
    const [condition, parameters] = owner === undefined ? ['1', []] : ['owner = ?', [owner]]
    const sql = `SELECT count(*) FROM sessions WHERE agent IS NOT NULL AND ${condition}`
    return Number(this.#tables.use((connection) => connection.get(sql, ...parameters))?.[0])
  }

  /** Those that have waited for results of functions since before that time, in Unix milliseconds. */
  waitingSince(before: number): { owner: string; id: string }[] {
    const sql = `SELECT owner, id FROM sessions WHERE agent IS NOT NULL AND status LIKE '%"onlyWaits":true%'
      AND json_array_length(status, '$.actions') > 0 AND json_extract(status, '$.lastActiveAt') < ?`
    const rows = this.#tables.use((connection) => connection.all(sql, before))
    return rows.map(([owner, id]) => ({ owner: String(owner), id: String(id) }))
  }

  /** An owner's of the Agents API by creation, behind the one with the id `after`. */
  list(owner: string, { after, order, limit, agentId, metadata, workspaces }: AgentWish): SessionRecord[] {
    const { start, comparison } = pageById({ after, order })
    const label = ' AND EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND value = ?)'
    const pairs = Object.entries(metadata)
    const sql = `SELECT ${sessionColumns} FROM sessions WHERE owner = ? AND agent IS NOT NULL AND id ${comparison} ?
      AND workspace IN (SELECT value FROM json_each(?)) ${agentId === undefined ? '' : "AND json_extract(agent, '$.agentId') = ?"}${label.repeat(pairs.length)}
      ORDER BY id ${order} LIMIT ?`
    const wanted = agentId === undefined ? [] : [agentId]
    return this.#tables.use((connection) =>
      connection.all(sql, owner, start, JSON.stringify(workspaces), ...wanted, ...pairs.flat(), limit).map(recordFrom)
    )
  }
}
