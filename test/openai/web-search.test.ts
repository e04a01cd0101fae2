import { expect, it } from 'vitest'
import {
  echoedSearch,
  isSearch,
  searchOptions,
  searchTool,
  searchToolFrom,
  webSearchFrom
} from '../../src/openai/web-search.ts'

const type = 'web_search' as const
const berlin = { country: 'DE', region: 'Berlin', city: 'Berlin', timezone: 'Europe/Berlin' }

it.each([
  [{}, { live: true }],
  [{ external_web_access: false }, { live: false }],
  [{ external_web_access: null, search_context_size: null, filters: null, user_location: null }, { live: true }],
  [{ search_context_size: 'low' }, { live: true, contextSize: 'low' }],
  [{ filters: { allowed_domains: ['a.example'] } }, { live: true, domains: ['a.example'] }],
  [{ filters: { allowed_domains: [] } }, { live: true }],
  [{ user_location: berlin }, { live: true, location: berlin }],
  [{ user_location: { city: 'Berlin', region: null } }, { live: true, location: { city: 'Berlin' } }],
  [{ user_location: { city: '' } }, { live: true }]
])('the search that %j asks for is %j', (fields, search) => {
  expect(webSearchFrom(searchTool.parse({ type, ...fields }))).toEqual(search)
})

it.each([
  [{}, { search_context_size: 'medium', filters: null, user_location: null }],
  [
    { search_context_size: 'high', filters: { allowed_domains: ['a.example'], blocked_domains: ['b.example'] } },
    { search_context_size: 'high', filters: { allowed_domains: ['a.example'] }, user_location: null }
  ],
  [{ filters: {} }, { search_context_size: 'medium', filters: null, user_location: null }],
  [
    { user_location: { city: 'Berlin' } },
    {
      search_context_size: 'medium',
      filters: null,
      user_location: { type: 'approximate', city: 'Berlin', country: null, region: null, timezone: null }
    }
  ]
])('an answer repeats %j as %j', (fields, echo) => {
  expect(echoedSearch(searchTool.parse({ type, ...fields }))).toEqual({ type, ...echo })
})

it('the field of chat completions is read as the tool', () => {
  const options = searchOptions.parse({ search_context_size: 'low', user_location: { approximate: berlin } })
  expect(webSearchFrom(searchToolFrom(options))).toEqual({ live: true, contextSize: 'low', location: berlin })
})

it.each([
  ['web_search', true],
  ['web_search_preview', true],
  ['function', false]
])('%s is a search: %s', (name, expected) => {
  expect(isSearch({ type: name })).toBe(expected)
})

it.each([
  [{ filters: { allowed_domains: ['https://a.example'] } }, false],
  [{ filters: { allowed_domains: Array<string>(100).fill('a.example') } }, true],
  [{ filters: { allowed_domains: Array<string>(101).fill('a.example') } }, false],
  [{ user_location: { city: 'x'.repeat(129) } }, false]
])('a search is taken within its limits alone (%#)', (fields, isTaken) => {
  expect(searchTool.safeParse({ type, ...fields }).success).toBe(isTaken)
})
