import type { Connection } from './connection.ts'
import { written } from './record-text.ts'
import type { WrittenRecord } from './record-text.ts'
import type { Storage } from './storage.ts'

/** Writes something else in the transaction that writes a record. */
export type Beside = (connection: Connection) => void

/** Writes the long texts of values, and then, in one transaction, what `insert` makes of them. Returns what it returns. */
export async function committed<R>(
  storage: Storage,
  { owner, values }: { owner: string; values: readonly unknown[] },
  insert: (records: WrittenRecord[], connection: Connection) => R
): Promise<R> {
  const { blobs } = storage
  for (;;) {
    const records: WrittenRecord[] = []
    for (const value of values) records.push(await written(owner, value, blobs))
    const result = storage.transaction((connection) => {
      if (!records.every((record) => record.blobs.every(({ name }) => blobs.has(name)))) return undefined // another process has just collected one
      const inserted = insert(records, connection)
      blobs.collect(connection)
      return { inserted }
    })
    if (!result) continue
    await storage.shared?.settled()
    return result.inserted
  }
}
