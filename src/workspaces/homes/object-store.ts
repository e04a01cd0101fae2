import type { Readable } from 'node:stream'

/** Stores objects by name. Writes are conditional, so that two gateways cannot overwrite each other's. Everything rejects where the store cannot be reached. */
export interface ObjectStore {
  /** For messages: where it is, without credentials. */
  readonly name: string
  /** Undefined where there is no such object. The body has to be read or destroyed. */
  get(this: void, key: string): Promise<StoredObject | undefined>
  /**
   * Writes an object whose version is still `expected`, or of which there is none where that is undefined. Resolves to its new
   * version, and to undefined where somebody else has written it since: then nothing is written.
   */
  put(this: void, key: string, content: Blob, expected: string | undefined): Promise<string | undefined>
  /** Whatever its version; does nothing where there is none. */
  delete(this: void, key: string): Promise<void>
}

/** One version of an object: another content has another version. */
export interface StoredObject {
  version: string
  body: Readable
}
