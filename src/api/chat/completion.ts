import { z } from 'zod'
import { chatUsage } from '../../openai/usage.ts'
import { chatUsageFrom } from '../../openai/usage.ts'
import type { ChatUsage } from '../../openai/usage.ts'
import type { Usage } from '../../turn/usage.ts'
import type { AnswerHead } from './chunks.ts'
import type { ChatDelta, FinishReason } from './deltas.ts'

export interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/** An answer in one piece. `content` is null only where there are calls instead. */
export interface ChatCompletion extends AnswerHead {
  object: 'chat.completion'
  choices: [
    {
      index: 0
      message: {
        role: 'assistant'
        content: string | null
        refusal: null
        annotations: []
        reasoning_content?: string | undefined
        tool_calls?: ToolCall[] | undefined
      }
      logprobs: null
      finish_reason: FinishReason
    }
  ]
  usage: ChatUsage
}

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

/** `ChatCompletion`, for the description of the API. */
export const chatCompletion: z.ZodType<ChatCompletion> = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.tuple([
    z.object({ index: z.literal(0), message, logprobs: z.null(), finish_reason: z.enum(['stop', 'tool_calls']) })
  ]),
  usage: chatUsage,
  service_tier: z.enum(['flex', 'priority']).optional()
})

/** Puts an answer's deltas together again. */
export interface CompletionFold {
  add: (delta: ChatDelta) => undefined
  completion: (head: AnswerHead, finishReason: FinishReason, usage: Usage | undefined) => ChatCompletion
}

export function completionFold(): CompletionFold {
  let content = ''
  let reasoning = ''
  const calls: ToolCall[] = []
  return {
    add(delta) {
      content += delta.content ?? ''
      reasoning += delta.reasoning_content ?? ''
      for (const {
        index,
        id = '',
        function: { name = '', arguments: json }
      } of delta.tool_calls ?? []) {
        const call = (calls[index] ??= { id, type: 'function', function: { name, arguments: '' } })
        call.function.arguments += json
      }
      return undefined
    },
    completion: ({ id, created, model, service_tier }, finishReason, usage) => ({
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: content === '' && calls.length > 0 ? null : content,
            refusal: null,
            annotations: [],
            ...(reasoning !== '' && { reasoning_content: reasoning }),
            ...(calls.length > 0 && { tool_calls: calls })
          },
          logprobs: null,
          finish_reason: finishReason
        }
      ],
      usage: chatUsageFrom(usage),
      ...(service_tier && { service_tier })
    })
  }
}
