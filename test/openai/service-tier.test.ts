import { expect, it } from 'vitest'
import { ignoredTier, serviceTierFrom } from '../../src/openai/service-tier.ts'

it.each([
  ['fast', 'priority'],
  ['priority', 'priority'],
  ['flex', 'flex'],
  ['auto', undefined],
  ['default', undefined],
  ['scale', undefined],
  [null, undefined]
] as const)('the tier %j asks the provider for %j', (named, tier) => {
  expect(serviceTierFrom(named)).toBe(tier)
})

it('the tier that codex cannot ask for is ignored or refused, as the operator says', () => {
  for (const policy of ['ignore', 'ignore-all'] as const) expect(ignoredTier('scale', policy)).toEqual(['service_tier'])
  expect(() => ignoredTier('scale', 'reject')).toThrow('scale')
  for (const named of ['auto', 'flex', undefined] as const) expect(ignoredTier(named, 'reject')).toEqual([])
})
