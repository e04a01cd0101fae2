import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'
import { chatUsage } from '../../openai/answer-schemas.ts'
import { completionsParameters } from './parameters.ts'
import { fieldNotes } from '../../openai/field-notes.ts'
import type { Completion } from './completion.ts'
import { completionRequest } from './schema.ts'

const completion: z.ZodType<Completion> = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({ index: z.int(), text: z.string(), logprobs: z.null(), finish_reason: z.literal('stop').nullable() })
  ),
  usage: chatUsage.optional()
})

/** What this API is asked for. */
export const completionsOperations: Operation[] = [
  {
    method: 'post',
    path: '/completions',
    summary: 'Make a legacy completion.',
    body: completionRequest,
    fields: fieldNotes(completionsParameters),
    answer: completion,
    events: 'text_completion objects, the last one followed by [DONE]'
  }
]
