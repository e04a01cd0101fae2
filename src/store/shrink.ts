import type { Connection } from './connection.ts'

/** What the records of one kind may be. */
export interface Bounds {
  /** Milliseconds that a record lives after its last use. */
  ttlMs: number
  /** How many there may be, of all owners together. */
  count: number
  /** How many bytes. */
  bytes: number
}

/**
 * Deletes records until the kind is within its bounds: each time the least recently used one of the owner who has the
 * most. So one owner alone may use all there is, and nobody can push out an owner who has no more than an equal share.
 */
export function shrink(connection: Connection, kind: string, { count, bytes }: Bounds): void {
  for (;;) {
    const [records = 0, size = 0] =
      connection.get('SELECT sum(count), sum(bytes) FROM usage WHERE kind = ?', kind) ?? []
    const exceeded = Number(size) > bytes ? 'bytes' : Number(records) > count ? 'count' : undefined
    if (exceeded === undefined) return
    connection.run(
      `DELETE FROM records WHERE sequence = (
         SELECT sequence FROM records WHERE kind = ?1 AND owner = (
           SELECT owner FROM usage WHERE kind = ?1 ORDER BY ${exceeded} DESC LIMIT 1)
         ORDER BY used_at, sequence LIMIT 1)`,
      kind
    )
  }
}
