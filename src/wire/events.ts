import { z } from 'zod'
import type { TurnEvent } from '../turn/event.ts'
import type { Usage } from '../turn/usage.ts'

const text = z.string()
const count = z.number()
const phase = z.enum(['commentary', 'final_answer']).optional()

const usage: z.ZodType<Usage> = z.object({
  input_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  output_tokens: count,
  reasoning_output_tokens: count
})

const citation = z.object({ url: text, title: text, start_index: count, end_index: count })

const item = z.discriminatedUnion('type', [
  z.object({ id: text, type: z.literal('agent_message'), text, phase, citations: z.array(citation).optional() }),
  z.object({ id: text, type: z.literal('reasoning'), text, encrypted_content: text.optional() }),
  z.object({
    id: text,
    type: z.literal('command_execution'),
    command: text,
    aggregated_output: text,
    exit_code: count.nullish(),
    status: text
  }),
  z.object({
    id: text,
    type: z.literal('file_change'),
    changes: z.array(z.object({ path: text, kind: text })),
    status: text
  }),
  z.object({
    id: text,
    type: z.literal('mcp_tool_call'),
    server: text,
    tool: text,
    status: text,
    arguments: z.unknown(),
    result: z.unknown(),
    error: z.unknown()
  }),
  z.object({ id: text, type: z.literal('web_search'), query: text }),
  z.object({
    id: text,
    type: z.literal('todo_list'),
    items: z.array(z.object({ text, completed: z.boolean() }))
  }),
  z.object({ id: text, type: z.literal('error'), message: text }),
  z.object({ id: text, type: z.literal('unknown'), original: z.unknown() })
])

/** The error of a turn. Its codes may be newer than our list. */
export const turnError = z.object({
  code: text,
  message: text,
  param: text.optional(),
  reason: text.optional(),
  retry_after: count.optional()
})

const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn.queued') }),
  z.object({ type: z.literal('turn.admitted'), engine: text, queued_ms: count, worker: text.optional() }),
  z.object({ type: z.literal('thread.started'), thread_id: text, tool_results: text.optional() }),
  z.object({ type: z.literal('turn.started'), turn_id: text.optional() }),
  z.object({ type: z.enum(['item.started', 'item.updated', 'item.completed']), item }),
  z.object({
    type: z.literal('item.delta'),
    item_id: text,
    item_type: z.enum(['agent_message', 'reasoning', 'command_execution']),
    delta: text,
    phase
  }),
  z.object({ type: z.literal('item.discarded'), item_id: text }),
  z.object({ type: z.literal('text.withheld') }),
  z.object({ type: z.literal('tool.called'), call_id: text, name: text, arguments: text }),
  z.object({ type: z.literal('error'), message: text }),
  z.object({
    type: z.literal('usage.counted'),
    response_id: text,
    thread_id: text,
    root_turn_id: text.optional(),
    usage,
    calls: z.boolean().optional(),
    source: z.enum(['response', 'total', 'turn'])
  }),
  z.object({ type: z.literal('usage.unknown'), cause: text }),
  z.object({
    type: z.literal('turn.completed'),
    cut: z.enum(['length', 'content_filter']).optional(),
    refused: z.boolean().optional(),
    usage: usage.optional()
  }),
  z.object({
    type: z.literal('turn.interrupted'),
    reason: z.enum(['client', 'timeout', 'shutdown', 'elsewhere']),
    usage: usage.optional()
  }),
  z.object({ type: z.literal('turn.failed'), error: turnError, usage: usage.optional() })
])

/** An event as a worker sent it; undefined for one that this gateway does not know, from a newer worker. */
export function eventFrom(value: unknown): TurnEvent | undefined {
  if (isPlainDelta(value)) return value
  const { data } = event.safeParse(value)
  return data as TurnEvent | undefined // codes and causes may be newer than our lists
}

/** Nearly all events are these, and a schema takes longer for one than all the rest of its way. */
function isPlainDelta(value: unknown): value is Extract<TurnEvent, { type: 'item.delta' }> {
  if (typeof value !== 'object' || value === null) return false
  const { type, item_id, item_type, delta } = value as Record<string, unknown>
  return (
    type === 'item.delta' &&
    typeof item_id === 'string' &&
    (item_type === 'agent_message' || item_type === 'reasoning' || item_type === 'command_execution') &&
    typeof delta === 'string' &&
    Object.keys(value).length === 4
  )
}
