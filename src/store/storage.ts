import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import type { SharedStore } from './shared.ts'

/** Where records are stored: a `Store`. */
export interface Storage {
  readonly blobs: Blobs
  readonly warn: (fields: Record<string, unknown>, message: string) => void
  /** Shared with other gateways; left out: this store is all there is. */
  readonly shared?: SharedStore | undefined
  use<T>(action: (connection: Connection) => T): T
  transaction<T>(action: (connection: Connection) => T): T
}
