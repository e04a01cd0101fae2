import { expect, it } from 'vitest'
import { ignoredHosted } from '../../src/api/hosted-tools.ts'

const search = { type: 'web_search', filters: { blocked_domains: ['example.com'] } }
const place = 'tools[0].filters.blocked_domains'

it.each(['ignore', 'ignore-all'] as const)('domains that a search may not use are named as ignored: %s', (policy) => {
  expect(ignoredHosted([search], { search: true, policy })).toEqual([place])
})

it('domains that a search may not use are refused where the operator wants that', () => {
  const refused = () => ignoredHosted([search], { search: true, policy: 'reject' })
  expect(refused).toThrow(expect.objectContaining({ code: 'unsupported', param: place }))
})

it('many tools without effect are named by the first ones and their list', () => {
  const tools = Array.from({ length: 20 }, () => ({ type: 'mcp' }))
  const names = ignoredHosted(tools, { search: true, policy: 'ignore-all' })
  expect([names.length, names.at(-2), names.at(-1)]).toEqual([17, 'tools[15]', 'tools'])
})
