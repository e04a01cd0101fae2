import { z } from 'zod'
import type { WebSearch } from '../turn/request.ts'

/** OpenAI's search of the web under all names that it has had. */
export const searchTypes = [
  'web_search',
  'web_search_2025_08_26',
  'web_search_preview',
  'web_search_preview_2025_03_11'
] as const

/** The limits of one search: counts, and lengths in characters. */
const limits = { domains: 100, domain: 253, place: 128 }

const contextSize = z.enum(['low', 'medium', 'high']).nullish()
const domain = z
  .string()
  .max(limits.domain, `at most ${limits.domain} characters`)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i, 'a domain is the name of a host, such as example.com')
const domains = z.array(domain).max(limits.domains, `at most ${limits.domains} domains`).nullish()
const word = z.string().max(limits.place, `at most ${limits.place} characters`).nullish()
const place = z.object({ country: word, region: word, city: word, timezone: word })

/** The tool; `null` is absent. */
export const searchTool = z.object({
  type: z.enum(searchTypes),
  search_context_size: contextSize,
  filters: z.object({ allowed_domains: domains, blocked_domains: z.array(z.unknown()).nullish() }).nullish(),
  user_location: place.nullish(),
  external_web_access: z.boolean().nullish()
})
export type SearchTool = z.output<typeof searchTool>

/** The field of chat completions: the place lies one level deeper. */
export const searchOptions = z.object({
  search_context_size: contextSize,
  user_location: z.object({ approximate: place.nullish() }).nullish()
})

/** The field in the form of the tool. */
export function searchToolFrom({ search_context_size, user_location }: z.output<typeof searchOptions>): SearchTool {
  return { type: 'web_search', search_context_size, user_location: user_location?.approximate }
}

export function isSearch(tool: { type: string }): tool is SearchTool {
  return searchTypes.some((type) => type === tool.type)
}

export function webSearchFrom(tool: SearchTool): WebSearch {
  const { search_context_size: size, filters, user_location: location, external_web_access: live } = tool
  const places = Object.entries(location ?? {}).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return {
    live: live ?? true,
    ...(size && { contextSize: size }),
    ...(filters?.allowed_domains?.length && { domains: filters.allowed_domains }),
    ...(places.length > 0 && { location: Object.fromEntries(places) })
  }
}

/** The tool as an answer repeats it. */
export function echoedSearch({ type, search_context_size, filters, user_location }: SearchTool) {
  const { country = null, region = null, city = null, timezone = null } = user_location ?? {}
  return {
    type,
    search_context_size: search_context_size ?? ('medium' as const),
    filters: filters?.allowed_domains ? { allowed_domains: filters.allowed_domains } : null,
    user_location: user_location ? { type: 'approximate' as const, country, region, city, timezone } : null
  }
}
