import { expect, it } from 'vitest'
import { chatUsageFrom, responseUsageFrom } from '../../src/openai/usage.ts'
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

it('usage of a response has the same sums', () => {
  expect(responseUsageFrom(usage)).toEqual({
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 120
  })
})

it('unknown usage is zero', () => {
  const zeros = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? Object.values(value).map(zeros) : value
  expect(completionUsage.parse(chatUsageFrom(undefined)).total_tokens).toBe(0)
  for (const unknown of [chatUsageFrom(undefined), responseUsageFrom(undefined)])
    expect(new Set((zeros(unknown) as unknown[]).flat())).toEqual(new Set([0]))
})
