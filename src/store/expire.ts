import type { Storage } from './storage.ts'

/**
 * Deletes the records of a kind that were not used after `oldest`. Where others share them that waits until all uses are known here,
 * for a deletion holds everywhere: one that is cut off deletes nothing.
 */
export function expire(storage: Storage, kind: string, oldest: () => number): void {
  const { shared } = storage
  if (!shared) return deleteUnused(storage, kind, oldest())
  void shared
    .caughtUp()
    .then(() => deleteUnused(storage, kind, oldest()))
    .catch(() => {}) // it is tried again
}

function deleteUnused(storage: Storage, kind: string, oldest: number): void {
  storage.transaction((connection) => {
    connection.run('DELETE FROM records WHERE kind = ? AND used_at < ?', kind, oldest)
    storage.blobs.collect(connection)
  })
}
