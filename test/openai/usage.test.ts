import { expect, it } from 'vitest'
import { chatUsageFrom } from '../../src/openai/usage.ts'
import { completionUsage } from '../support/openai-schemas.ts'
import { usage } from '../support/scripted-engine.ts'

it('usage has the cached and the reasoning tokens inside the sums', () => {
  expect(completionUsage.parse(chatUsageFrom(usage))).toMatchObject({
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 5 }
  })
})

it('unknown usage is zero', () => {
  expect(completionUsage.parse(chatUsageFrom(undefined)).total_tokens).toBe(0)
})
