import { z } from 'zod'
import { chatUsage } from '../../openai/usage.ts'
import { chatUsageFrom } from '../../openai/usage.ts'
import type { ChatUsage } from '../../openai/usage.ts'
import type { Usage } from '../../turn/usage.ts'
import type { AnswerHead } from './chunks.ts'
import { finishReasons } from './deltas.ts'
import type { Annotation, ChatDelta, FinishReason, ToolCallDelta } from './deltas.ts'

export type ToolCall =
  | { id: string; type: 'function'; function: { name: string; arguments: string } }
  | { id: string; type: 'custom'; custom: { name: string; input: string } }

/** One answer. `content` is null only where there are calls, or a refusal, instead. */
export interface ChatChoice {
  index: number
  message: {
    role: 'assistant'
    content: string | null
    refusal: string | null
    annotations: Annotation[]
    reasoning_content?: string | undefined
    tool_calls?: ToolCall[] | undefined
    function_call?: { name: string; arguments: string } | undefined
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

const functionCall = z.object({ name: z.string(), arguments: z.string() })

const toolCall: z.ZodType<ToolCall> = z.discriminatedUnion('type', [
  z.object({ id: z.string(), type: z.literal('function'), function: functionCall }),
  z.object({
    id: z.string(),
    type: z.literal('custom'),
    custom: z.object({ name: z.string(), input: z.string() })
  })
])

const place = z.int().min(0)
const annotation: z.ZodType<Annotation> = z.object({
  type: z.literal('url_citation'),
  url_citation: z.object({ url: z.string(), title: z.string(), start_index: place, end_index: place })
})

const message = z.object({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.string().nullable(),
  annotations: z.array(annotation),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(toolCall).optional(),
  function_call: functionCall.optional()
})

export const completionShape = z.object({
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

/** `ChatCompletion`, for the description of the API. */
export const chatCompletion: z.ZodType<ChatCompletion> = completionShape

/** Puts the deltas of a choice together again. */
export interface ChoiceFold {
  add: (delta: ChatDelta) => undefined
  choice: (index: number, finishReason: FinishReason) => ChatChoice
}

export function choiceFold(): ChoiceFold {
  let content = ''
  let reasoning = ''
  let refusal: string | null = null
  const annotations: Annotation[] = []
  const calls: ToolCall[] = []
  let legacy: { name: string; arguments: string } | undefined
  return {
    add(delta) {
      content += delta.content ?? ''
      reasoning += delta.reasoning_content ?? ''
      refusal = delta.refusal ?? refusal
      annotations.push(...(delta.annotations ?? []))
      for (const call of delta.tool_calls ?? []) addTo(calls, call)
      if (delta.function_call) {
        legacy ??= { name: delta.function_call.name ?? '', arguments: '' }
        legacy.arguments += delta.function_call.arguments
      }
      return undefined
    },
    choice: (index, finishReason) => ({
      index,
      message: {
        role: 'assistant',
        content: content === '' && (calls.length > 0 || legacy || refusal !== null) ? null : content,
        refusal,
        annotations,
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls }),
        ...(legacy && { function_call: legacy })
      },
      logprobs: null,
      finish_reason: finishReason
    })
  }
}

function addTo(calls: ToolCall[], delta: ToolCallDelta): void {
  const { index, id = '' } = delta
  if ('custom' in delta) {
    const call = (calls[index] ??= { id, type: 'custom', custom: { name: delta.custom.name ?? '', input: '' } })
    if (call.type === 'custom') call.custom.input += delta.custom.input
  } else {
    const call = (calls[index] ??= {
      id,
      type: 'function',
      function: { name: delta.function.name ?? '', arguments: '' }
    })
    if (call.type === 'function') call.function.arguments += delta.function.arguments
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
