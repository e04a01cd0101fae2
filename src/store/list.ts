import type { Connection } from './connection.ts'
import { entryColumns, entryFrom } from './entry.ts'
import type { Entry } from './entry.ts'

export interface ListOptions {
  /** At most so many; 100 when left out. */
  limit?: number | undefined
  /** `next` of the page before. */
  after?: string | undefined
  /** By creation; `desc`, the newest first, when left out. */
  order?: 'asc' | 'desc' | undefined
  /** Only those that have all of these. */
  labels?: Readonly<Record<string, string>> | undefined
}

export interface RecordList {
  entries: Entry[]
  next?: string
}

/**
 * A page of the records of one kind and owner that were used after `oldest`. `isShared`: in an order that is the same in all files,
 * while the one in which records came is each file's own.
 */
export function listIn(
  connection: Connection,
  [kind, owner, oldest]: [string, string, number],
  isShared: boolean,
  { limit = 100, after, order = 'desc', labels = {} }: ListOptions
): RecordList {
  const comparison = order === 'asc' ? '>' : '<'
  const behind = isShared
    ? ` AND (created_at, id) ${comparison} (SELECT created_at, id FROM records WHERE sequence = ?)`
    : ` AND sequence ${comparison} ?`
  const label = ' AND EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND value = ?)'
  const rows = connection.all(
    `SELECT ${entryColumns}, sequence FROM records WHERE kind = ? AND owner = ? AND used_at >= ?
     ${after === undefined ? '' : behind}${label.repeat(Object.keys(labels).length)}
     ORDER BY ${isShared ? `created_at ${order}, id ${order}` : `sequence ${order}`} LIMIT ?`,
    ...[kind, owner, oldest],
    ...(after === undefined ? [] : [Number(after) || 0]),
    ...Object.entries(labels).flat(),
    limit + 1
  )
  const entries = rows.slice(0, limit).map(entryFrom)
  return rows.length > limit ? { entries, next: String(rows[limit - 1]?.at(-1)) } : { entries }
}
