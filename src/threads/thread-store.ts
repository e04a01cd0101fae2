import type { Connection } from '../store/connection.ts'
import { threadColumns, threadFrom } from './record.ts'
import type { ThreadRecord } from './record.ts'
import type { Tables } from '../store/tables.ts'
import { oldestUse } from './bounds.ts'
import type { ThreadBounds } from './bounds.ts'

/** Whose threads, and where. */
export interface Scope {
  owner: string
  workspace: string
}

export interface ThreadFilter {
  archived: boolean
  /** Text that the name or the preview contains. */
  search?: string | undefined
  /** At most so many. */
  limit: number
  /** `next` of the page before. */
  cursor?: string | undefined
}

/** The threads of all principals, each found by its owner in its workspace alone. */
export class ThreadStore {
  readonly #tables: Tables
  readonly #bounds: ThreadBounds

  constructor(tables: Tables, bounds: ThreadBounds) {
    this.#tables = tables
    this.#bounds = bounds
  }

  /**
   * Adds one. Returns those that had to go for it, which are then to be removed from codex: the least recently used ones of
   * the owner who has the most, so that nobody can push out an owner who has no more than an equal share.
   */
  add(record: ThreadRecord): ThreadRecord[] {
    return this.#tables.transaction((connection) => {
      connection.run('DELETE FROM threads WHERE used_at < ?', oldestUse(this.#bounds))
      connection.run(
        `INSERT INTO threads (${threadColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        record.id,
        record.owner,
        record.workspace,
        record.name,
        record.preview,
        record.parent,

        record.archived ? 1 : 0,
        record.provider ?? null,
        JSON.stringify(record.settings),
        record.createdAt,
        record.usedAt
      )
      return shrink(connection, this.#bounds.count)
    })
  }

  find({ owner, workspace }: Scope, id: string): ThreadRecord | undefined {
    const row = this.#tables.use((connection) =>
      connection.get(
        `SELECT ${threadColumns} FROM threads WHERE id = ? AND owner = ? AND workspace = ? AND used_at >= ?`,
        id,
        owner,
        workspace,
        oldestUse(this.#bounds)
      )
    )
    return row && threadFrom(row)
  }

  /** The most recently used first. `next` is there when there are more. */
  list({ owner, workspace }: Scope, filter: ThreadFilter): { threads: ThreadRecord[]; next?: string } {
    const { usedAt, id } = placeFrom(filter.cursor)
    const pattern = `%${filter.search?.replaceAll(/[\\%_]/g, '\\$&')}%`
    const searching = filter.search !== undefined
    const rows = this.#tables.use((connection) =>
      connection.all(
        `SELECT ${threadColumns} FROM threads WHERE owner = ? AND workspace = ? AND archived = ? AND used_at >= ?
         AND (used_at, id) < (?, ?) ${searching ? String.raw`AND (name LIKE ? ESCAPE '\' OR preview LIKE ? ESCAPE '\')` : ''}
         ORDER BY used_at DESC, id DESC LIMIT ?`,
        owner,
        workspace,
        filter.archived ? 1 : 0,
        oldestUse(this.#bounds),
        usedAt,
        id,
        ...(searching ? [pattern, pattern] : []),
        filter.limit + 1
      )
    )
    const threads = rows.slice(0, filter.limit).map(threadFrom)
    const last = threads.at(-1)
    return rows.length > filter.limit && last ? { threads, next: cursorAt(last) } : { threads }
  }

  /** Those that were forked from it. */
  forksOf(id: string): ThreadRecord[] {
    return this.#tables.use((connection) =>
      connection.all(`SELECT ${threadColumns} FROM threads WHERE parent = ?`, id).map(threadFrom)
    )
  }

  update(
    id: string,
    { name, archived, settings }: Partial<Pick<ThreadRecord, 'name' | 'archived' | 'settings'>>
  ): void {
    this.#tables.use((connection) =>
      connection.run(
        'UPDATE threads SET name = coalesce(?, name), archived = coalesce(?, archived), settings = coalesce(?, settings) WHERE id = ?',
        name ?? null,
        archived === undefined ? null : Number(archived),
        settings === undefined ? null : JSON.stringify(settings),
        id
      )
    )
  }

  delete(id: string): void {
    this.#tables.use((connection) => connection.run('DELETE FROM threads WHERE id = ?', id))
  }

  /** Gives all threads of one owner to another. */
  adopt(from: string, to: string): void {
    this.#tables.use((connection) => connection.run('UPDATE threads SET owner = ? WHERE owner = ?', to, from))
  }
}

function shrink(connection: Connection, count: number): ThreadRecord[] {
  const removed: ThreadRecord[] = []
  for (;;) {
    const row =
      Number(connection.get('SELECT count(*) FROM threads')?.[0]) > count &&
      connection.get(
        `SELECT ${threadColumns} FROM threads WHERE owner = (SELECT owner FROM threads GROUP BY owner ORDER BY count(*) DESC LIMIT 1)
         ORDER BY used_at, id LIMIT 1`
      )
    if (!row) return removed
    const record = threadFrom(row)
    connection.run('DELETE FROM threads WHERE id = ?', record.id)
    removed.push(record)
  }
}

const cursorAt = ({ usedAt, id }: ThreadRecord) => `${usedAt}_${id}`

/** A cursor that is none begins at the start. */
function placeFrom(cursor = ''): { usedAt: number; id: string } {
  const [, usedAt, id] = /^(\d{1,15})_(.{1,64})$/.exec(cursor) ?? []
  return usedAt === undefined || id === undefined
    ? { usedAt: Number.MAX_SAFE_INTEGER, id: '' }
    : { usedAt: Number(usedAt), id }
}
