import { z } from 'zod'
import { noItems } from '../../openai/no-items.ts'
import { chatUsage } from '../../openai/usage.ts'
import { chatUsageFrom } from '../../openai/usage.ts'
import type { ChatUsage } from '../../openai/usage.ts'
import type { Usage } from '../../turn/usage.ts'
import type { AnswerHead } from './chunks.ts'
import { finishReasons } from './deltas.ts'
import type { ChatDelta, FinishReason } from './deltas.ts'

export interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/** One answer. `content` is null only where there are calls, or a refusal, instead. */
export interface ChatChoice {
  index: number
  message: {
    role: 'assistant'
    content: string | null
    refusal: string | null
    annotations: []
    reasoning_content?: string | undefined
    tool_calls?: ToolCall[] | undefined
  }
  logprobs: null
  finish_reason: FinishReason
}

/** All choices in one piece. */
export interface ChatCompletion extends AnswerHead {
  object: 'chat.completion'
  choices: ChatChoice[]
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
  refusal: z.string().nullable(),
  annotations: noItems,
  reasoning_content: z.string().optional(),
  tool_calls: z.array(toolCall).optional()
})

/** `ChatCompletion`, for the description of the API. */
export const chatCompletion: z.ZodType<ChatCompletion> = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({ index: z.int().min(0), message, logprobs: z.null(), finish_reason: z.enum(finishReasons) })
  ),
  usage: chatUsage,
  service_tier: z.enum(['flex', 'priority']).optional()
})

/** Puts the deltas of a choice together again. */
export interface ChoiceFold {
  add: (delta: ChatDelta) => undefined
  choice: (index: number, finishReason: FinishReason) => ChatChoice
}

export function choiceFold(): ChoiceFold {
  let content = ''
  let reasoning = ''
  let refusal: string | null = null
  const calls: ToolCall[] = []
  return {
    add(delta) {
      content += delta.content ?? ''
      reasoning += delta.reasoning_content ?? ''
      refusal = delta.refusal ?? refusal
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
    choice: (index, finishReason) => ({
      index,
      message: {
        role: 'assistant',
        content: content === '' && (calls.length > 0 || refusal !== null) ? null : content,
        refusal,
        annotations: [],
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls })
      },
      logprobs: null,
      finish_reason: finishReason
    })
  }
}

/** `usage`: of all choices together, where it is known. */
export function completionFrom(
  { id, created, model, service_tier }: AnswerHead,
  choices: ChatChoice[],
  usage: Usage | undefined
): ChatCompletion {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices,
    usage: chatUsageFrom(usage),
    ...(service_tier && { service_tier })
  }
}
