import { describe, expect, it } from 'vitest'
import { noUsage, usageDifference, usageSum, usageTotal } from '../../src/turn/usage.ts'
import type { Usage } from '../../src/turn/usage.ts'

const usage = (input: number, cached: number, output: number, reasoning: number): Usage => ({
  input_tokens: input,
  cached_input_tokens: cached,
  cache_write_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: reasoning
})

describe('the usage of turns', () => {
  it('is added and subtracted count by count, never below zero, and without changing its operands', () => {
    const [one, other] = [usage(10, 4, 3, 1), usage(7, 5, 1, 0)]
    expect(usageSum(one, other)).toEqual(usage(17, 9, 4, 1))
    expect(usageDifference(one, other)).toEqual(usage(3, 0, 2, 1))
    expect(usageSum(noUsage, one)).toEqual(one)
    expect([one, other, noUsage]).toEqual([usage(10, 4, 3, 1), usage(7, 5, 1, 0), usage(0, 0, 0, 0)])
  })

  it('is in total the sum of what is known', () => {
    expect(usageTotal([usage(1, 1, 1, 1), undefined, usage(2, 3, 4, 5)])).toEqual(usage(3, 4, 5, 6))
    expect(usageTotal([undefined])).toBeUndefined()
    expect(usageTotal([])).toBeUndefined()
  })
})
