import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'
import { responseUsage } from '../../openai/answer-schemas.ts'
import { fieldNotes } from '../../openai/field-notes.ts'
import { responsesParameters } from './parameters.ts'
import { pageQuery } from './input-items.ts'
import type { OutputItem } from './output-item.ts'
import { responseRequest } from './schema.ts'

const id = z.string()
const status = z.enum(['in_progress', 'completed', 'incomplete'])
const textPart = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.tuple([]),
  logprobs: z.tuple([])
})

const outputItem: z.ZodType<OutputItem> = z.discriminatedUnion('type', [
  z.object({ id, type: z.literal('message'), status, role: z.literal('assistant'), content: z.array(textPart) }),
  z.object({
    id,
    type: z.literal('reasoning'),
    status,
    summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() }))
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

/** The rest of the keys repeat the request. */
const response = z.looseObject({
  id,
  object: z.literal('response'),
  created_at: z.int(),
  completed_at: z.int().nullable(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'incomplete']),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  model: z.string(),
  output: z.array(outputItem),
  usage: responseUsage.nullable(),
  previous_response_id: z.string().nullable(),
  store: z.boolean(),
  background: z.boolean(),
  metadata: z.record(z.string(), z.string())
})

const page = z.object({
  object: z.literal('list'),
  data: z.array(z.looseObject({ type: z.string(), id })),
  first_id: id.nullable(),
  last_id: id.nullable(),
  has_more: z.boolean()
})

/** What this API is asked for. */
export const responsesOperations: Operation[] = [
  {
    method: 'post',
    path: '/responses',
    summary: 'Make a response.',
    body: responseRequest,
    fields: fieldNotes(responsesParameters),
    headers: { 'x-codex-work': '`true`: Codex’s own work is told as items too.' },
    answer: response,
    events: 'the events of OpenAI’s Responses API, each under its name'
  },
  { method: 'get', path: '/responses/{id}', summary: 'A response that was kept.', answer: response },
  {
    method: 'delete',
    path: '/responses/{id}',
    summary: 'Forget a response; its turn ends, if it is at work.',
    answer: z.object({ id, object: z.literal('response'), deleted: z.literal(true) })
  },
  {
    method: 'post',
    path: '/responses/{id}/cancel',
    summary: 'End a response that is made in the background.',
    answer: response
  },
  {
    method: 'get',
    path: '/responses/{id}/input_items',
    summary: 'What was new in its request.',
    query: pageQuery,
    answer: page
  }
]
