/** What several gateways with stores of their own share: every change of a record reaches all of them, in one order. */
export interface SharedStore {
  /** Something may have been written here, which others are to get within so many milliseconds. */
  changed(withinMs: number): void
  /** Resolves when all that was written here is stored for the others, too. Rejects where that cannot be. */
  settled(): Promise<void>
  /** Resolves when all that others have stored until now is here, too, or after a while. */
  fresh(): Promise<void>
  /** As `fresh`, however long it takes. Rejects where that cannot be known. */
  caughtUp(): Promise<void>
  /** True for the first call with this key, of all gateways. */
  claim(key: string): Promise<boolean>
  /** Takes what only one may have at a time; undefined where somebody has it. What a gateway that died had is free. */
  lock(key: string): Promise<(() => void) | undefined>
  isLocked(key: string): Promise<boolean>
  /** Whether the gateway with this mark runs. */
  isAlive(mark: string): boolean
}

/** One row as it is now, of a record or of what belongs to one. `null`: it is gone. */
export interface Change {
  kind: string
  owner: string
  id: string
  /** Another table than that of records, and which of its rows. */
  table?: string | undefined
  key?: string | number | undefined
  /** By column. */
  row: Record<string, string | number | null> | null
  /** The long texts that the row names. */
  texts?: readonly string[] | undefined
}
