import { z } from 'zod'

// Written after OpenAI's published API description, but strict: a key that is not in it is an error.
// The one addition is `reasoning_content`, which OpenAI-compatible servers and their clients share.

const count = z.int().min(0)

export const completionUsage = z
  .strictObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.strictObject({ cached_tokens: count, audio_tokens: count }).optional(),
    completion_tokens_details: z
      .strictObject({
        reasoning_tokens: count,
        audio_tokens: count,
        accepted_prediction_tokens: count,
        rejected_prediction_tokens: count
      })
      .optional()
  })
  .refine((usage) => usage.total_tokens === usage.prompt_tokens + usage.completion_tokens)

const serviceTier = { service_tier: z.enum(['default', 'flex', 'priority']).optional() }
const id = z.string().regex(/^chatcmpl-[A-Za-z0-9]+$/)
const created = z.int().min(1_600_000_000).max(9_999_999_999)
const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])
const functionCall = z.strictObject({ name: z.string().min(1), arguments: z.string() })
const call = z.strictObject({ id: z.string().min(1), type: z.literal('function'), function: functionCall })
const customCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('custom'),
  custom: z.strictObject({ name: z.string().min(1), input: z.string() })
})

const annotation = z.strictObject({
  type: z.literal('url_citation'),
  url_citation: z.strictObject({ url: z.string(), title: z.string(), start_index: count, end_index: count })
})

const assistantMessage = z.strictObject({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.string().nullable(),
  annotations: z.array(annotation).optional(),
  reasoning_content: z.string().min(1).optional(),
  tool_calls: z
    .array(z.discriminatedUnion('type', [call, customCall]))
    .min(1)
    .optional(),
  function_call: functionCall.optional()
})

const chatChoice = z
  .strictObject({ index: count, message: assistantMessage, logprobs: z.null(), finish_reason: finishReason })
  .refine(({ message, finish_reason }) => finish_reason !== 'tool_calls' || message.tool_calls !== undefined)
  .refine(({ message, finish_reason }) => finish_reason !== 'function_call' || message.function_call !== undefined)
  .refine(
    ({ message: { content, refusal, tool_calls, function_call } }) =>
      (content ?? refusal ?? tool_calls ?? function_call ?? null) !== null
  )

export const chatCompletion = z.strictObject({
  id,
  object: z.literal('chat.completion'),
  created,
  model: z.string().min(1),
  choices: z.tuple([chatChoice], chatChoice).refine((choices) => choices.every(({ index }, place) => index === place)),
  usage: completionUsage,
  ...serviceTier
})

const metadata = z.record(z.string(), z.string())
export const storedCompletion = chatCompletion.extend({ metadata })
const page = <T extends z.ZodType<{ id: string }>>(item: T) =>
  z
    .strictObject({
      object: z.literal('list'),
      data: z.array(item),
      first_id: z.string().nullable(),
      last_id: z.string().nullable(),
      has_more: z.boolean()
    })
    .refine(
      ({ data, first_id, last_id }) => (data[0]?.id ?? null) === first_id && (data.at(-1)?.id ?? null) === last_id
    )
export const completionPage = page(storedCompletion)
export const completionDeleted = z.strictObject({
  id,
  object: z.literal('chat.completion.deleted'),
  deleted: z.literal(true)
})
export const messagePage = page(
  z.strictObject({
    id: z.string().regex(/^chatcmpl-[a-z0-9]+-[0-9]+$/),
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
    content: z.string().nullable(),
    content_parts: z
      .array(
        z.union([
          z.strictObject({ type: z.literal('text'), text: z.string() }),
          z.strictObject({ type: z.literal('image_url'), image_url: z.strictObject({ url: z.string() }) })
        ])
      )
      .nullable(),
    name: z.string().optional(),
    refusal: z.string().optional(),
    tool_call_id: z.string().optional(),
    tool_calls: z.array(z.discriminatedUnion('type', [call, customCall])).optional()
  })
)

const firstCallDelta = z.strictObject({
  index: count,
  ...call.shape,
  function: z.strictObject({ name: z.string().min(1), arguments: z.literal('') })
})
const nextCallDelta = z.strictObject({ index: count, function: z.strictObject({ arguments: z.string() }) })
const firstCustomDelta = z.strictObject({
  index: count,
  ...customCall.shape,
  custom: z.strictObject({ name: z.string().min(1), input: z.literal('') })
})
const nextCustomDelta = z.strictObject({ index: count, custom: z.strictObject({ input: z.string() }) })

export const chunkDelta = z.union([
  z.strictObject({ role: z.literal('assistant'), content: z.literal('').nullable(), refusal: z.null() }),
  z.strictObject({ content: z.string() }),
  z.strictObject({ refusal: z.string() }),
  z.strictObject({ annotations: z.array(annotation).min(1) }),
  z.strictObject({ reasoning_content: z.string() }),
  z.strictObject({
    tool_calls: z.tuple([z.union([firstCallDelta, nextCallDelta, firstCustomDelta, nextCustomDelta])])
  }),
  z.strictObject({ function_call: z.strictObject({ name: z.string().min(1).optional(), arguments: z.string() }) }),
  z.strictObject({})
])

const chunkHead = { id, object: z.literal('chat.completion.chunk'), created, model: z.string().min(1), ...serviceTier }

/** A chunk with a choice: an empty delta exactly where the answer finishes. */
export const choiceChunk = z.strictObject({
  ...chunkHead,
  choices: z.tuple([
    z
      .strictObject({ index: count, delta: chunkDelta, finish_reason: finishReason.nullable() })
      .refine(({ delta, finish_reason }) => (Object.keys(delta).length === 0) === (finish_reason !== null))
  ])
})
export const usageChunk = z.strictObject({ ...chunkHead, choices: z.tuple([]), usage: completionUsage })

const textHead = {
  id: z.string().regex(/^cmpl-[a-z0-9]{32}$/),
  object: z.literal('text_completion'),
  created,
  model: z.string().min(1)
}
const textChoice = z.strictObject({
  index: count,
  text: z.string(),
  logprobs: z.null(),
  finish_reason: z.enum(['stop', 'length', 'content_filter']).nullable()
})
export const textCompletion = z.strictObject({
  ...textHead,
  choices: z.array(textChoice).min(1),
  usage: completionUsage
})
export const textChunk = z.strictObject({
  ...textHead,
  choices: z.array(textChoice).max(1),
  usage: completionUsage.optional()
})

export const errorBody = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string().min(1),
    param: z.string().nullable(),
    code: z.string().nullable()
  })
})

export const model = z.strictObject({
  id: z.string().min(1),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string()
})
export const modelList = z.strictObject({ object: z.literal('list'), data: z.array(model) })
