import { z } from 'zod'
import { noItems } from '../../openai/no-items.ts'
import { responseUsage } from '../../openai/usage.ts'
import type { OutputItem } from './output-item.ts'

const id = z.string()
const status = z.enum(['in_progress', 'completed', 'incomplete'])
const place = z.int().min(0)
const citation = z.object({
  type: z.literal('url_citation'),
  url: z.string(),
  title: z.string(),
  start_index: place,
  end_index: place
})
const textPart = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(citation),
  logprobs: noItems
})
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })

const outputItem: z.ZodType<OutputItem> = z.discriminatedUnion('type', [
  z.object({
    id,
    type: z.literal('message'),
    status,
    role: z.literal('assistant'),
    content: z.array(z.union([textPart, refusalPart])),
    phase: z.enum(['commentary', 'final_answer']).optional()
  }),
  z.object({
    id,
    type: z.literal('reasoning'),
    status,
    summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })),
    encrypted_content: z.string().optional()
  }),
  z.object({
    id,
    type: z.literal('function_call'),
    status,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string()
  }),
  z.object({
    id,
    type: z.literal('custom_tool_call'),
    status,
    call_id: z.string(),
    name: z.string(),
    input: z.string()
  }),
  z.object({
    id,
    type: z.literal('mcp_call'),
    status: z.enum([...status.options, 'failed']),
    server_label: z.string(),
    name: z.string(),
    arguments: z.string(),
    output: z.string().nullable(),
    error: z.string().nullable()
  }),
  z.object({
    id,
    type: z.literal('web_search_call'),
    status: z.enum(['in_progress', 'completed', 'failed']),
    action: z.object({ type: z.literal('search'), query: z.string(), queries: z.array(z.string()) })
  })
])

/** A response, for the description of the API. The rest of its keys repeat the request. */
export const response = z.looseObject({
  id,
  object: z.literal('response'),
  created_at: z.int(),
  completed_at: z.int().nullable(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'incomplete']),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  incomplete_details: z.object({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(),
  model: z.string(),
  output: z.array(outputItem),
  usage: responseUsage.nullable(),
  previous_response_id: z.string().nullable(),
  conversation: z.object({ id: z.string() }).nullish(),
  store: z.boolean(),
  background: z.boolean(),
  metadata: z.record(z.string(), z.string())
})
