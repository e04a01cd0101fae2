import { z } from 'zod'
import type { Usage } from '../../../turn/usage.ts'

const count = z.number().nonnegative().catch(0)
const breakdown = z.object({
  inputTokens: count,
  cachedInputTokens: count,
  outputTokens: count,
  reasoningOutputTokens: count
})
const frame = z.object({ total: breakdown, last: breakdown })

type Breakdown = z.infer<typeof breakdown>
const kinds = ['inputTokens', 'cachedInputTokens', 'outputTokens', 'reasoningOutputTokens'] as const

/**
 * The tokens of one turn, from its `tokenUsage` frames: latest.total − (first.total − first.last).
 * `last` is never summed: frames are repeated on interrupt, and an older thread's are told again on resume.
 */
export class TurnUsage {
  #before: Breakdown | undefined
  #total: Breakdown | undefined
  /** Of a response that no frame has counted yet. */
  #uncounted: Breakdown | undefined

  frame(value: unknown): void {
    const parsed = frame.safeParse(value)
    if (!parsed.success) return
    const { total, last } = parsed.data
    this.#before ??= combined(total, last, (all, own) => Math.max(all - own, 0))
    this.#total = total
    this.#uncounted = undefined
  }

  /** A response that is complete; its frame comes only when its tool calls are settled. */
  response(value: unknown): void {
    this.#uncounted = breakdown.safeParse(value).data
  }

  get value(): Usage | undefined {
    const counted =
      this.#total && this.#before && combined(this.#total, this.#before, (all, before) => Math.max(all - before, 0))
    const all =
      counted && this.#uncounted
        ? combined(counted, this.#uncounted, (one, other) => one + other)
        : (counted ?? this.#uncounted)
    return (
      all && {
        input_tokens: all.inputTokens,
        cached_input_tokens: all.cachedInputTokens,
        output_tokens: all.outputTokens,
        reasoning_output_tokens: all.reasoningOutputTokens
      }
    )
  }
}

function combined(one: Breakdown, other: Breakdown, how: (one: number, other: number) => number): Breakdown {
  const result = { ...one }
  for (const kind of kinds) result[kind] = how(one[kind], other[kind])
  return result
}
