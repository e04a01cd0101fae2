import { z } from 'zod'
import type { Change } from '../store/shared.ts'

const cell = z.union([z.string(), z.number(), z.null()])
const entry = z.object({
  from: z.string(),
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

/** The changes of one entry of the journal, and who made them; undefined for one that this version does not understand. */
export const entryFrom = (text: string) => entry.safeParse(JSON.parse(text)).data

/** Which row a change is of. */
export const keyOf = ({ kind, owner, id, table = '', key = '' }: Change) =>
  JSON.stringify([kind, owner, id, table, key])
