import { chatUsageFrom } from '../../openai/usage.ts'
import type { ChatUsage } from '../../openai/usage.ts'
import type { Usage } from '../../turn/usage.ts'

/** What all chunks of an answer, and the whole answer, have in common. `created` is in Unix seconds. */
export interface CompletionHead {
  id: string
  object: 'text_completion'
  created: number
  model: string
}

export interface CompletionChoice {
  index: number
  text: string
  logprobs: null
  /** Null while more is to come. */
  finish_reason: 'stop' | null
}

/** A completion in one piece, or a chunk of one. */
export interface Completion extends CompletionHead {
  choices: CompletionChoice[]
  usage?: ChatUsage
}

/** One prompt’s answer, or a piece of it. */
export const choice = (index: number, text: string, finished: boolean): CompletionChoice => ({
  index,
  text,
  logprobs: null,
  finish_reason: finished ? 'stop' : null
})

/** What several turns used, together. */
export function usageOf(turns: readonly (Usage | undefined)[]): ChatUsage {
  const sum = (of: (usage: Usage) => number) => turns.reduce((total, usage) => total + (usage ? of(usage) : 0), 0)
  return chatUsageFrom({
    input_tokens: sum((usage) => usage.input_tokens),
    cached_input_tokens: sum((usage) => usage.cached_input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    reasoning_output_tokens: sum((usage) => usage.reasoning_output_tokens)
  })
}
