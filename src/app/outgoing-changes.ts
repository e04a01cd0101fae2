import type { Change } from '../store/shared.ts'
import type { PendingRows } from './shared-entry.ts'

export interface OutgoingOptions {
  /** Who sends, for all that read. */
  from: string
  pending: PendingRows
  append: (text: string) => Promise<void>
  /** The number of this gateway where it leads. */
  leader: () => number | undefined
  /** Whether a change may still be sent. */
  maySend: (change: Change) => boolean
}

/** Sends the changes of this gateway in entries that are numbered from 1. */
export class OutgoingChanges {
  readonly #options: OutgoingOptions
  #unsent: Change[] = []
  /** What is being sent. Where that fails it may be stored all the same: it is sent again as it is, and the number tells. */
  #entry: string | undefined
  #count = 0

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  add(changes: readonly Change[]): void {
    for (const change of changes) this.#options.pending.note(change, 1)
    this.#unsent.push(...changes)
  }

  /** Sends what has been added. Rejects where that cannot be; it goes with the next. */
  async send(): Promise<void> {
    while ((this.#entry ??= this.#next())) {
      await this.#options.append(this.#entry)
      this.#entry = undefined
    }
  }

  #next(): string | undefined {
    const { from, leader, maySend } = this.#options
    const changes = this.#unsent.filter((change) => maySend(change))
    this.#unsent = []
    if (changes.length === 0) return undefined
    return JSON.stringify({ from, n: (this.#count += 1), leader: leader(), changes })
  }
}
