import type { Connection } from '../store/connection.ts'

/** Who asked for a turn, with what, where, and what ran it. A text is empty where there is nothing to name. */
export interface Group {
  readonly principal: string
  /** The id of an API key, where the caller has one with an id. */
  readonly key: string
  readonly workspace: string
  /** Whose login codex used. */
  readonly account: string
  readonly model: string
  /** The service tier. */
  readonly tier: string
  readonly engine: string
}

export const groupFields = ['principal', 'key', 'workspace', 'account', 'model', 'tier', 'engine'] as const

/** Where models are not known to the gateway their names come from clients, who could make up any number of them. */
const maxGroups = 20_000

/** The ids of groups and processes in one database. To be used inside a transaction; after one that was rolled back, use a new object. */
export class GroupIds {
  readonly #ids = new Map<string, number>()
  readonly #processes = new Map<string, number>()

  /** Of the process with this mark. */
  process(connection: Connection, mark: string): number {
    const known = this.#processes.get(mark)
    if (known !== undefined) return known
    connection.run(insertProcess, mark)
    const id = Number(connection.get('SELECT id FROM ledger_processes WHERE mark = ?', mark)?.[0])
    this.#processes.set(mark, id)
    return id
  }

  of(connection: Connection, group: Group): number {
    const values = groupFields.map((field) => group[field])
    const key = values.join('\0')
    const id = this.#ids.get(key) ?? this.#stored(connection, group, values)
    if (this.#ids.size < maxGroups) this.#ids.set(key, id)
    return id
  }

  #stored(connection: Connection, group: Group, values: string[]): number {
    const [id] = connection.get(`SELECT id FROM ledger_groups WHERE ${where}`, ...values) ?? []
    if (id !== undefined) return Number(id)
    const [count] = connection.get('SELECT count(*) FROM ledger_groups') ?? []
    if (Number(count) >= maxGroups && group.model !== 'other') return this.of(connection, { ...group, model: 'other' })
    const [added] = connection.get(insert, ...values) ?? []
    return Number(added)
  }
}

const insertProcess = `INSERT INTO ledger_processes (mark, first_turn)
  VALUES (?, (SELECT coalesce(max(id), 0) + 1 FROM ledger_turns)) ON CONFLICT DO NOTHING`
const where = groupFields.map((field) => `${field} = ?`).join(' AND ')
const insert = `INSERT INTO ledger_groups (${groupFields.join(', ')}) VALUES (${groupFields.map(() => '?').join(', ')}) RETURNING id`
