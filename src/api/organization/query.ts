import type { ParsedUrlQuery } from 'node:querystring'
import { z } from 'zod'
import { invalid, parsed } from '../../openai/invalid.ts'
import type { BucketField } from '../../ledger/buckets.ts'

const widths = { '1m': 60, '1h': 3_600, '1d': 86_400 } as const
const limits = { '1m': [60, 1_440], '1h': [24, 168], '1d': [7, 31] } as const

const time = z.coerce.number().int().min(0).max(99_999_999_999)
const names = z.union([z.string(), z.array(z.string())]).optional()

/** Lists come as `models=a&models=b`, as `models[]=a` or as `models=a,b`. */
export const usageQuery = z.object({
  start_time: time,
  end_time: time.optional(),
  bucket_width: z.enum(['1m', '1h', '1d']).default('1d'),
  limit: z.coerce.number().int().min(1).max(1_440).optional(),
  page: z
    .string()
    .regex(/^page_\d{1,11}$/, 'it is the page of no list')
    .optional(),
  group_by: names,
  models: names,
  api_key_ids: names,
  user_ids: names,
  project_ids: names
})

export interface PageWish {
  /** Unix seconds, multiples of `width`. */
  since: number
  until: number
  width: number
  /** Whether there are more buckets from `until` on. */
  more: boolean
  groupBy: string[]
  only: Partial<Record<BucketField, string[]>>
}

/** What is asked for, of a list that ends now. */
export function pageWishFrom(query: ParsedUrlQuery, groups: readonly string[], now: number): PageWish {
  const plain = Object.fromEntries(Object.entries(query).map(([name, value]) => [name.replace(/\[\d*\]$/, ''), value]))
  const asked = parsed(usageQuery, plain)
  const width = widths[asked.bucket_width]
  const [usual, most] = limits[asked.bucket_width]
  const { start_time: start, end_time: end = now + 1, page, limit = usual } = asked
  if (limit > most)
    throw invalid(
      `Invalid value for 'limit': it must be at most ${most} for buckets of ${asked.bucket_width}.`,
      'limit'
    )
  const since = Number(page?.slice('page_'.length) ?? start - (start % width))
  const last = Math.ceil(end / width) * width
  const until = Math.min(since + limit * width, Math.max(last, since))
  const groupBy = listFrom(asked.group_by)
  const unknown = groupBy.find((name) => !groups.includes(name))
  if (unknown !== undefined)
    throw invalid(`Invalid value for 'group_by': supported values are ${groups.join(', ')}.`, 'group_by')
  const only = {
    model: listFrom(asked.models),
    key: listFrom(asked.api_key_ids),
    principal: listFrom(asked.user_ids),
    workspace: listFrom(asked.project_ids)
  }
  return { since, until, width, more: until < last, groupBy, only }
}

function listFrom(value: string | string[] | undefined): string[] {
  return [...new Set([value ?? []].flat().flatMap((text) => text.split(',')))].filter((text) => text !== '')
}
