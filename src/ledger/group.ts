import type { Connection } from '../store/connection.ts'
import { firstTurnAt, processId } from './ids.ts'
import type { LedgerIds, ProcessName } from './ids.ts'

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
  readonly #source: LedgerIds
  readonly #ids = new Map<string, number>()
  readonly #processes = new Map<string, number>()

  constructor(source: LedgerIds) {
    this.#source = source
  }

  /** Of a process. */
  process(connection: Connection, { mark, since }: ProcessName): number {
    const known = this.#processes.get(mark)
    if (known !== undefined) return known
    if (this.#source.isShared) connection.run(insertShared, processId(mark), mark, firstTurnAt(since))
    else connection.run(insertProcess, mark)
    const id = Number(connection.get('SELECT id FROM ledger_processes WHERE mark = ?', mark)?.[0])
    this.#processes.set(mark, id)
    return id
  }

  /** `led`: for turns that are counted by the gateway that leads, of several. */
  of(connection: Connection, group: Group, led = false): number {
    const values = groupFields.map((field) => group[field])
    const key = [led, ...values].join('\0')
    const id = this.#ids.get(key) ?? this.#stored(connection, group, values, led)
    if (this.#ids.size < maxGroups) this.#ids.set(key, id)
    return id
  }

  #stored(connection: Connection, group: Group, values: string[], led: boolean): number {
    const origin = this.#source.ending(led)
    const [id] = connection.get(`SELECT id FROM ledger_groups WHERE ${where} AND origin = ?`, ...values, origin) ?? []
    if (id !== undefined) return Number(id)
    const [count] = connection.get('SELECT count(*) FROM ledger_groups') ?? []
    if (Number(count) >= maxGroups && group.model !== 'other')
      return this.of(connection, { ...group, model: 'other' }, led)
    const [last] = connection.get('SELECT coalesce(max(id), 0) FROM ledger_groups WHERE origin = ?', origin) ?? []
    const next = this.#source.after(Number(last), led)
    const [added] = connection.get(insert, next, origin, ...values) ?? []
    return Number(added)
  }
}

const insertProcess = `INSERT INTO ledger_processes (mark, first_turn)
  VALUES (?, (SELECT coalesce(max(id), 0) + 1 FROM ledger_turns)) ON CONFLICT DO NOTHING`
const insertShared = `INSERT INTO ledger_processes (id, mark, first_turn) VALUES (?, ?, ?)
  ON CONFLICT (mark) DO UPDATE SET swept = 0 WHERE swept = 1`
const where = groupFields.map((field) => `${field} = ?`).join(' AND ')
const insert = `INSERT INTO ledger_groups (id, origin, ${groupFields.join(', ')})
  VALUES (?, ?, ${groupFields.map(() => '?').join(', ')}) RETURNING id`
