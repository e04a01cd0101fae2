import { z } from 'zod'
import { chatUsage } from '../../openai/usage.ts'
import type { ChatUsage } from '../../openai/usage.ts'
import type { Cut } from '../../turn/event.ts'

/** What all chunks of an answer, and an answer that is not streamed, have in common. `created` is in Unix seconds. */
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
  finish_reason: 'stop' | Cut | null
}

/** A completion in one piece, or a chunk of one. */
export interface Completion extends CompletionHead {
  choices: CompletionChoice[]
  usage?: ChatUsage | undefined
}

/** `Completion`, for the description of the API. */
export const completion: z.ZodType<Completion> = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      text: z.string(),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'length', 'content_filter']).nullable()
    })
  ),
  usage: chatUsage.optional()
})

/** One prompt’s answer, or a piece of it. */
export const completionChoice = (
  index: number,
  text: string,
  reason: CompletionChoice['finish_reason']
): CompletionChoice => ({
  index,
  text,
  logprobs: null,
  finish_reason: reason
})
