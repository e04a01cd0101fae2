import type { Change } from '../store/shared.ts'
import type { PendingRows } from './shared-entry.ts'

export interface OutgoingOptions {
  /** Who sends, for all that read. */
  from: string
  pending: PendingRows
  /** What was written since the last call. */
  written: () => Change[]
  /** The long texts that a change names; undefined where they are gone. Rejects where they cannot be read now. */
  longTextsOf: (change: Change) => Promise<readonly string[] | undefined>
  /** Called with why, where a change is left out because they cannot be read for long. */
  unreadable: (error: unknown) => void
  append: (text: string) => Promise<void>
  /** The number of this gateway where it leads. */
  leader: () => number | undefined
  /** Whether a change may still be sent. */
  maySend: (change: Change) => boolean
}

/** Milliseconds after which a change is left out whose texts cannot be read: it holds up all others. */
const patience = 60_000

/** Sends the changes of this gateway in entries that are numbered from 1. */
export class OutgoingChanges {
  readonly #options: OutgoingOptions
  #isTaking = false
  #unread: Change[] = []
  #unreadableSince: number | undefined
  #unsent: Change[] = []
  /** What is being sent. Where that fails it may be stored all the same: it is sent again as it is, and the number tells. */
  #entry: { text: string; changes: readonly Change[] } | undefined
  #count = 0

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  /** Whether the store is read for what was written: that is no change. */
  get isTaking(): boolean {
    return this.#isTaking
  }

  /** Takes what was written. From now on it is pending. Throws where the store cannot be used. */
  take(): void {
    this.#isTaking = true
    try {
      const changes = this.#options.written()
      for (const change of changes) this.#options.pending.note(change, 1)
      this.#unread.push(...changes)
    } finally {
      this.#isTaking = false
    }
  }

  /** Sends what has been taken. Rejects where that cannot be; it goes with the next. */
  async send(): Promise<void> {
    await this.#readTexts()
    while ((this.#entry ??= this.#next())) {
      await this.#options.append(this.#entry.text)
      this.#entry = undefined
    }
  }

  /** Another journal is read from now on: what was stored in the former one does not come back. */
  begin(): void {
    const { pending } = this.#options
    pending.clear()
    for (const change of [...(this.#entry?.changes ?? []), ...this.#unsent, ...this.#unread]) pending.note(change, 1)
  }

  /** In their order: what belongs to a record comes after it. */
  async #readTexts(): Promise<void> {
    const { pending, longTextsOf } = this.#options
    for (let change = this.#unread[0]; change; change = this.#unread[0]) {
      const texts = await longTextsOf(change).catch((error: unknown) => this.#leftOut(error))
      this.#unreadableSince = undefined
      this.#unread.shift()
      if (!texts) pending.note(change, -1)
      else this.#unsent.push(texts.length > 0 ? { ...change, texts } : change)
    }
  }

  #leftOut(error: unknown): undefined {
    this.#unreadableSince ??= performance.now()
    if (performance.now() - this.#unreadableSince < patience) throw error
    this.#options.unreadable(error)
  }

  #next(): { text: string; changes: readonly Change[] } | undefined {
    const { from, leader, maySend } = this.#options
    const changes = this.#unsent.filter((change) => maySend(change))
    this.#unsent = []
    if (changes.length === 0) return undefined
    return { text: JSON.stringify({ from, n: (this.#count += 1), leader: leader(), changes }), changes }
  }
}
