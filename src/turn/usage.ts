/** Tokens, in exec's spelling. `input_tokens` counts those read from and written to the cache too, `output_tokens` the reasoning. */
export interface Usage {
  input_tokens: number
  cached_input_tokens: number
  cache_write_input_tokens: number
  output_tokens: number
  reasoning_output_tokens: number
}

/** The names of all its counts. */
export const usageKinds = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens'
] as const satisfies readonly (keyof Usage)[]

export const noUsage: Readonly<Usage> = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0
}

export function usageSum(one: Usage, other: Usage): Usage {
  return combined(one, other, (count, more) => count + more)
}

/** What `all` counts beyond `part`. No count goes below zero. */
export function usageDifference(all: Usage, part: Usage): Usage {
  return combined(all, part, (count, less) => Math.max(count - less, 0))
}

/** The sum of those that are known; undefined where none is. */
export function usageTotal(usages: readonly (Usage | undefined)[]): Usage | undefined {
  return usages.reduce((total, usage) => (total && usage ? usageSum(total, usage) : (total ?? usage)), undefined)
}

function combined(one: Usage, other: Usage, how: (one: number, other: number) => number): Usage {
  return {
    input_tokens: how(one.input_tokens, other.input_tokens),
    cached_input_tokens: how(one.cached_input_tokens, other.cached_input_tokens),
    cache_write_input_tokens: how(one.cache_write_input_tokens, other.cache_write_input_tokens),
    output_tokens: how(one.output_tokens, other.output_tokens),
    reasoning_output_tokens: how(one.reasoning_output_tokens, other.reasoning_output_tokens)
  }
}
