import { z } from 'zod'
import type { Found, PageWish } from '../../agents/resources.ts'
import type { ApiContext } from '../../http/api.ts'
import { invalid, parsed } from '../../openai/invalid.ts'
import { pageOf } from '../../openai/page.ts'
import type { Page } from '../../openai/page.ts'

/** How many of a list one page has. */
const sizes = { usual: 20, most: 100 }

const wish = {
  after: z.string().optional(),
  order: z.enum(['asc', 'desc']).default('desc')
}

const between = `limit must be between 1 and ${sizes.most}`

/** The query of most lists: a limit that is out of range becomes the nearest one. */
export const pageQuery = z.object({
  ...wish,
  limit: z.coerce.number('expected a whole number').int().default(sizes.usual)
})

/** The query of lists that refuse such a limit. */
export const strictPageQuery = pageQuery.extend({
  limit: z.coerce.number().int().min(1).max(sizes.most).default(sizes.usual)
})

/** The page that a request wants. */
export function wishIn(ctx: ApiContext): PageWish {
  const { limit, ...rest } = parsed(pageQuery, ctx.query)
  return { ...rest, limit: Math.min(Math.max(limit, 1), sizes.most) }
}

/** The same, where a limit that is out of range is refused. */
export function strictWishIn(ctx: ApiContext): PageWish {
  const asked = parsed(pageQuery, ctx.query)
  if (asked.limit < 1 || asked.limit > sizes.most) throw invalid(between, 'limit')
  return asked
}

/** A page as it is answered. */
export function pageFrom<T, S extends { id: string }>({ values, hasMore }: Found<T>, shown: (value: T) => S): Page<S> {
  return pageOf(values.map(shown), hasMore)
}

/** The pairs of a query `metadata[key]=value`. */
export function metadataIn({ query }: ApiContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => {
      const [, key] = /^metadata\[(.*)\]$/.exec(name) ?? []
      return key === undefined ? [] : [[key, [value].flat().at(-1) ?? '']]
    })
  )
}
