import { z } from 'zod'
import type { Change } from '../store/shared.ts'

const cell = z.union([z.string(), z.number(), z.null()])
const entry = z.object({
  from: z.string(),
  n: z.number().optional(),
  leader: z.number().optional(),
  changes: z.array(
    z.object({
      kind: z.string(),
      owner: z.string(),
      id: z.string(),
      table: z.string().optional(),
      key: z.union([z.string(), z.number()]).optional(),
      row: z.record(z.string(), cell).nullable(),
      texts: z.array(z.string()).optional()
    })
  )
})

type Entry = Pick<z.output<typeof entry>, 'from' | 'n'>

/** The changes of one entry of the journal, the `n`th of who made them, with its number where it led; undefined for one that this version does not understand. */
export const journalEntryFrom = (text: string) => entry.safeParse(JSON.parse(text)).data

/** Rows with changes of this gateway's that have not come back yet. */
export class PendingRows {
  readonly #counts = new Map<string, number>()

  note(change: Change, by: number): void {
    const key = keyOf(change)
    const count = (this.#counts.get(key) ?? 0) + by
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
  }

  clear(): void {
    this.#counts.clear()
  }

  has(change: Change): boolean {
    return this.#counts.has(keyOf(change))
  }
}

/** Entries that have been dealt with: one whose sender got no answer is sent again, after it was stored. */
export class SeenEntries {
  /** The number of the last one, by their senders. */
  readonly #last = new Map<string, number>()

  has({ from, n }: Entry): boolean {
    return n !== undefined && n <= (this.#last.get(from) ?? 0)
  }

  note({ from, n }: Entry): void {
    if (n !== undefined) this.#last.set(from, n)
  }
}

const keyOf = ({ kind, owner, id, table = '', key = '' }: Change) => JSON.stringify([kind, owner, id, table, key])
