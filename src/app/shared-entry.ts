import { z } from 'zod'
import type { Change } from '../store/shared.ts'

const cell = z.union([z.string(), z.number(), z.null()])
const entry = z.object({
  from: z.string(),
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

/** The changes of one entry of the journal, and who made them, with its number where it led; undefined for one that this version does not understand. */
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

  has(change: Change): boolean {
    return this.#counts.has(keyOf(change))
  }
}

const keyOf = ({ kind, owner, id, table = '', key = '' }: Change) => JSON.stringify([kind, owner, id, table, key])
