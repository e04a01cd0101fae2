import { z } from 'zod'
import { invalid } from './invalid.ts'

/** Which page of a list is wanted: at most `limit` of what comes behind `after`. */
export function pageQueryOf(order: 'asc' | 'desc') {
  return z.object({
    limit: z.coerce.number().int().min(1, 'it must be at least 1').max(100, 'it must be at most 100').default(20),
    order: z.enum(['asc', 'desc']).default(order),
    after: z.string().optional()
  })
}

export type PageQuery = z.output<ReturnType<typeof pageQueryOf>>

/** One page of a list, as OpenAI has it. */
export interface Page<T> {
  object: 'list'
  data: T[]
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

export function pageOf<T extends { id: string }>(data: T[], more: boolean): Page<T> {
  return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: more }
}

/** A page that was read from storage, with each member as it is shown; throws where there is no `after` in the list. */
export function pageFrom<T, S extends { id: string }>(
  found: { values: readonly T[]; more: boolean } | undefined,
  after: string | undefined,
  shown: (value: T) => S
): Page<S> {
  if (!found) throw unknownAfter(after ?? '')
  return pageOf(found.values.map(shown), found.more)
}

/** For the description of an API. */
export const pageSchemaOf = <T extends z.ZodType>(item: T) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean()
  })

/** The failure of a page behind something that is not in the list. */
export const unknownAfter = (after: string): Error =>
  invalid(`Invalid 'after': nothing in this list has the id '${after.slice(0, 128)}'.`, 'after')
