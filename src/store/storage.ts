import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'

/** Where records are stored: a `Store`. */
export interface Storage {
  readonly blobs: Blobs
  readonly warn: (fields: Record<string, unknown>, message: string) => void
  use<T>(action: (connection: Connection) => T): T
  transaction<T>(action: (connection: Connection) => T): T
}
