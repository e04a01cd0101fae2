import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'
import { chatUsage } from '../../openai/answer-schemas.ts'
import { chatParameters } from './parameters.ts'
import { fieldNotes } from '../../openai/field-notes.ts'
import type { ChatCompletion, ToolCall } from './completion.ts'
import { chatRequest } from './schema.ts'

const toolCall: z.ZodType<ToolCall> = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() })
})

const message = z.object({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.null(),
  annotations: z.tuple([]),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(toolCall).optional()
})

const chatCompletion: z.ZodType<ChatCompletion> = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.tuple([
    z.object({ index: z.literal(0), message, logprobs: z.null(), finish_reason: z.enum(['stop', 'tool_calls']) })
  ]),
  usage: chatUsage
})

/** What this API is asked for. */
export const chatOperations: Operation[] = [
  {
    method: 'post',
    path: '/chat/completions',
    summary: 'Make a chat completion.',
    body: chatRequest,
    fields: fieldNotes(chatParameters),
    answer: chatCompletion,
    events: 'chat.completion.chunk objects, the last one followed by [DONE]'
  }
]
