/** A record without its value. Times are Unix milliseconds. */
export interface Entry {
  id: string
  /** What reading it takes. */
  bytes: number
  parent: string | null
  createdAt: number
  usedAt: number
}

export const entryColumns = 'id, bytes, parent, created_at, used_at'

/** Writes a row, in place of the one of the same kind, owner and id, whose claim and age stay. */
export const insertSql = `INSERT INTO records (kind, owner, id, version, body, blobs, parent, labels, bytes, created_at, used_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (kind, owner, id) DO UPDATE SET version = excluded.version, body = excluded.body, blobs = excluded.blobs,
    parent = excluded.parent, labels = excluded.labels, used_at = excluded.used_at, bytes = excluded.bytes
      + (SELECT coalesce(sum(bytes), 0) FROM parts WHERE record = records.sequence)
  RETURNING sequence`

/** A row and those it continues. */
export const lineageSql = `WITH RECURSIVE lineage (id, bytes, parent, created_at, used_at, depth) AS (
    SELECT ${entryColumns}, 1 FROM records WHERE kind = ? AND owner = ? AND id = ? AND used_at >= ?
    UNION ALL
    SELECT next.id, next.bytes, next.parent, next.created_at, next.used_at, depth + 1
    FROM lineage JOIN records next ON next.id = lineage.parent
    WHERE next.kind = ? AND next.owner = ? AND next.used_at >= ? AND depth < ?)
  SELECT ${entryColumns} FROM lineage`

/** A row of `entryColumns` as an object. */
export function entryFrom([id, bytes, parent, createdAt, usedAt]: unknown[]): Entry {
  return {
    id: String(id),
    bytes: Number(bytes),
    parent: typeof parent === 'string' ? parent : null,
    createdAt: Number(createdAt),
    usedAt: Number(usedAt)
  }
}
