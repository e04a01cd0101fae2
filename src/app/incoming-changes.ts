import { applyChange, applyTableRows } from '../store/apply-changes.ts'
import { parts } from '../store/changes.ts'
import { orderParts } from '../store/part-order.ts'
import type { Schema } from '../store/schema.ts'
import type { Change } from '../store/shared.ts'
import type { Store } from '../store/store.ts'
import { GatewayError } from '../turn/error.ts'
import { SharedDeletions } from './shared-deletions.ts'

export interface IncomingOptions {
  store: Store
  schemas: readonly Schema[]
  /** Called with each change of a table of its own, once it is made here. */
  applied?: ((change: Change) => void) | undefined
}

/** Makes the changes of other gateways here. */
export class IncomingChanges {
  readonly #options: IncomingOptions
  readonly deletions: SharedDeletions
  #isWriting = false

  constructor(options: IncomingOptions) {
    this.#options = options
    this.deletions = new SharedDeletions(options.store, options.schemas)
  }

  /** Whether what is written now is others': it is no change of this gateway's. */
  get isWriting(): boolean {
    return this.#isWriting
  }

  /** Makes the changes of one entry. Rejects where the store cannot be used. */
  async write(changes: readonly Change[]): Promise<void> {
    const { store, schemas } = this.#options
    this.#isWriting = true
    try {
      const inTime = changes.filter((change) => !this.deletions.isLate(change))
      for (const change of inTime) if (!isOfTable(change)) await applyChange(store, change, schemas)
      this.#writeRows(inTime.filter(isOfTable))
      this.deletions.note(inTime)
    } finally {
      this.#isWriting = false
    }
  }

  /** Those of this gateway, in the order of all. `isAhead`: whether one is still to come back. */
  cameBack(changes: readonly Change[], isAhead: (change: Change) => boolean): void {
    this.deletions.note(changes)
    if (changes.some(({ table }) => table === parts.table))
      this.#options.store.unshared((connection) => orderParts(connection, changes, isAhead))
  }

  #writeRows(rows: readonly Change[]): void {
    const { store, schemas, applied } = this.#options
    if (rows.length === 0) return
    try {
      applyTableRows(store, rows, schemas)
      for (const change of rows) applied?.(change)
    } catch (error) {
      if (isPassing(error)) throw error
      store.warn({ cause: String(error) }, 'rows of another front end fit nothing here')
    }
  }
}

/** Whether it is of a table of its own, and of no record. */
const isOfTable = ({ kind }: Change) => kind === ''

/** Whether it is the disk's, or another process's, and what failed may work later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof GatewayError || /^E[A-Z]+$/.test(String((error as { code?: unknown }).code))
