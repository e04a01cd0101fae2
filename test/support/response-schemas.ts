import { z } from 'zod'
import { callerTool, toolChoice } from './tool-schemas.ts'

// Written after OpenAI's published API description, but strict: a key that is not in it is an error.
// Two keys are OpenResponses': the penalties. `usage` is null until it is known, as OpenResponses wants it.

const count = z.int().min(0)
const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[a-zA-Z0-9]{24,128}$`))

export const responseUsage = z
  .strictObject({
    input_tokens: count,
    input_tokens_details: z.strictObject({ cached_tokens: count, cache_write_tokens: count }),
    output_tokens: count,
    output_tokens_details: z.strictObject({ reasoning_tokens: count }),
    total_tokens: count
  })
  .refine((usage) => usage.total_tokens === usage.input_tokens + usage.output_tokens)

const citation = z.strictObject({
  type: z.literal('url_citation'),
  url: z.string(),
  title: z.string(),
  start_index: count,
  end_index: count
})
export const textPart = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(citation),
  logprobs: z.tuple([])
})
export const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
export const summaryPart = z.strictObject({ type: z.literal('summary_text'), text: z.string() })
const status = z.enum(['in_progress', 'completed', 'incomplete'])

export const outputItem = z.discriminatedUnion('type', [
  z.strictObject({
    id: id('msg'),
    type: z.literal('message'),
    status,
    role: z.literal('assistant'),
    content: z.array(z.union([textPart, refusalPart])).max(1),
    phase: z.enum(['commentary', 'final_answer']).optional()
  }),
  z.strictObject({
    id: id('rs'),
    type: z.literal('reasoning'),
    status,
    summary: z.array(summaryPart).max(1),
    encrypted_content: z.string().min(1).optional()
  }),
  z.strictObject({
    id: id('fc'),
    type: z.literal('function_call'),
    status,
    call_id: z.string().min(1),
    name: z.string().min(1),
    arguments: z.string()
  }),
  z.strictObject({
    id: id('ctc'),
    type: z.literal('custom_tool_call'),
    status,
    call_id: z.string().min(1),
    name: z.string().min(1),
    input: z.string()
  }),
  z
    .strictObject({
      id: id('mcp'),
      type: z.literal('mcp_call'),
      status: z.enum([...status.options, 'failed']),
      server_label: z.string().min(1),
      name: z.string().min(1),
      arguments: z.string(),
      output: z.string().nullable(),
      error: z.string().nullable()
    })
    .refine((call) => (call.status === 'failed') === (call.error !== null)),
  z.strictObject({
    id: id('ws'),
    type: z.literal('web_search_call'),
    status: z.enum(['in_progress', 'completed', 'failed']),
    action: z.strictObject({ type: z.literal('search'), query: z.string(), queries: z.array(z.string()) })
  })
])

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string(),
    description: z.string().nullable(),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean()
  })
])

const seconds = z.int().min(1_600_000_000).max(9_999_999_999)

export const responseResource = z
  .strictObject({
    id: id('resp'),
    object: z.literal('response'),
    created_at: seconds,
    completed_at: seconds.nullable(),
    status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'incomplete']),
    error: z
      .strictObject({ code: z.enum(['server_error', 'rate_limit_exceeded', 'invalid_prompt']), message: z.string() })
      .nullable(),
    incomplete_details: z.strictObject({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(),
    instructions: z.string().nullable(),
    model: z.string().min(1),
    previous_response_id: id('resp').nullable(),
    conversation: z.strictObject({ id: id('conv') }).nullish(),
    output: z.array(outputItem),
    tools: z.array(callerTool),
    tool_choice: toolChoice,
    truncation: z.enum(['auto', 'disabled']),
    parallel_tool_calls: z.boolean(),
    text: z.strictObject({ format, verbosity: z.enum(['low', 'medium', 'high']).optional() }),
    top_p: z.number(),
    temperature: z.number(),
    presence_penalty: z.number(),
    frequency_penalty: z.number(),
    top_logprobs: count,
    reasoning: z.strictObject({
      effort: z.string().nullable(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullable()
    }),
    usage: responseUsage.nullable(),
    max_output_tokens: z.int().nullable(),
    max_tool_calls: z.int().nullable(),
    store: z.boolean(),
    background: z.boolean(),
    service_tier: z.enum(['default', 'flex', 'priority']),
    metadata: z.record(z.string(), z.string()),
    safety_identifier: z.string().nullable(),
    prompt_cache_key: z.string().nullable()
  })
  .refine(
    ({ status, completed_at, usage }) =>
      (status === 'completed') === (completed_at !== null && usage !== null) || status === 'failed'
  )
  .refine(({ status, incomplete_details }) => (status === 'incomplete') === (incomplete_details !== null))
  .refine(({ status, error }) => (status === 'failed') === (error !== null))

const item = { item_id: z.string(), output_index: count }
const text = { ...item, content_index: z.literal(0) }
const summary = { ...item, summary_index: z.literal(0) }
const logprobs = z.tuple([])
const event = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), sequence_number: count, ...shape })
const nullable = z.string().nullable()

export const responseEvent = z.discriminatedUnion('type', [
  event('response.created', { response: responseResource }),
  event('response.in_progress', { response: responseResource }),
  event('response.completed', { response: responseResource }),
  event('response.incomplete', { response: responseResource }),
  event('response.failed', { response: responseResource }),
  event('response.output_item.added', { output_index: count, item: outputItem }),
  event('response.output_item.done', { output_index: count, item: outputItem }),
  event('response.content_part.added', { ...text, part: z.union([textPart, refusalPart]) }),
  event('response.content_part.done', { ...text, part: z.union([textPart, refusalPart]) }),
  event('response.output_text.delta', { ...text, delta: z.string().min(1), logprobs }),
  event('response.output_text.annotation.added', { ...text, annotation_index: count, annotation: citation }),
  event('response.output_text.done', { ...text, text: z.string(), logprobs }),
  event('response.refusal.delta', { ...text, delta: z.string().min(1) }),
  event('response.refusal.done', { ...text, refusal: z.string() }),
  event('response.reasoning_summary_part.added', { ...summary, part: summaryPart }),
  event('response.reasoning_summary_part.done', { ...summary, part: summaryPart }),
  event('response.reasoning_summary_text.delta', { ...summary, delta: z.string().min(1) }),
  event('response.reasoning_summary_text.done', { ...summary, text: z.string() }),
  event('response.function_call_arguments.delta', { ...item, delta: z.string() }),
  event('response.function_call_arguments.done', { ...item, name: z.string(), arguments: z.string() }),
  event('response.custom_tool_call_input.delta', { ...item, delta: z.string().min(1) }),
  event('response.custom_tool_call_input.done', { ...item, input: z.string() }),
  event('response.mcp_call.in_progress', item),
  event('response.mcp_call_arguments.delta', { ...item, delta: z.string().min(1) }),
  event('response.mcp_call_arguments.done', { ...item, arguments: z.string() }),
  event('response.mcp_call.completed', item),
  event('response.mcp_call.failed', item),
  event('response.web_search_call.in_progress', item),
  event('response.web_search_call.searching', item),
  event('response.web_search_call.completed', item),
  event('error', {
    code: nullable,
    message: z.string(),
    param: nullable,
    error: z.strictObject({ type: z.string(), code: nullable, message: z.string(), param: nullable })
  })
])

export type StreamedEvent = z.output<typeof responseEvent>
export type StreamedItem = z.output<typeof outputItem>
export type StreamedResponse = z.output<typeof responseResource>
