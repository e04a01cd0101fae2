import { z } from 'zod'
import { jsonFrom } from '../../turn/json-text.ts'
import type { ThreadItem } from '../../turn/item.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { cutFrom, turnErrorFromCodex } from '../../codex/wire/failure.ts'

const text = z.string()
const count = z.number().int().nonnegative().catch(0)
const id = z.string().catch('')

const item = z.discriminatedUnion('type', [
  z.object({ id, type: z.literal('agent_message'), text }),
  z.object({ id, type: z.literal('reasoning'), text }),
  z.object({
    id,
    type: z.literal('command_execution'),
    command: text,
    aggregated_output: text.catch(''),
    exit_code: z.number().nullish(),
    status: text
  }),
  z.object({
    id,
    type: z.literal('file_change'),
    changes: z.array(z.object({ path: text, kind: text })),
    status: text
  }),
  z.object({
    id,
    type: z.literal('mcp_tool_call'),
    server: text,
    tool: text,
    status: text,
    arguments: z.unknown(),
    result: z.unknown(),
    error: z.unknown()
  }),
  z.object({ id, type: z.literal('web_search'), query: text }),
  z.object({ id, type: z.literal('todo_list'), items: z.array(z.object({ text, completed: z.boolean() })) }),
  z.object({ id, type: z.literal('error'), message: text })
])

const usage = z.object({
  input_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  output_tokens: count,
  reasoning_output_tokens: count
})

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: text }),
  z.object({ type: z.literal('turn.started') }),
  z.object({ type: z.enum(['item.started', 'item.updated', 'item.completed']), item: z.unknown() }),
  z.object({ type: z.literal('turn.completed'), usage: usage.optional().catch(undefined) }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: text }).catch({ message: '' }) }),
  z.object({ type: z.literal('error'), message: text.catch('') })
])

/**
 * One line of `codex exec --json` as a turn event. Undefined for what is no event, or one of an unknown kind: codex adds kinds
 * between versions.
 */
export function turnEventFromExec(json: string): TurnEvent | undefined {
  const parsed = line.safeParse(jsonFrom(json))
  if (!parsed.success) return undefined
  const event = parsed.data
  switch (event.type) {
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      return { type: event.type, item: threadItemFrom(event.item) }
    case 'turn.failed':
      return cutOff(event.error.message) ?? { type: 'turn.failed', error: turnErrorFromCodex(event.error.message) }
    case 'error':
      return cutOff(event.message) ?? { type: 'error', message: shownError(event.message) }
    default:
      return event
  }
}

/** Codex would ask again after a filter, and a second answer would follow the first: the first is the answer. */
function cutOff(message: string): TurnEvent | undefined {
  const cut = cutFrom(message)
  return cut && { type: 'turn.completed', cut }
}

/** The message of an `error` line as codex wrote it, for finding out why a turn never ended. */
export function errorTextIn(json: string): string {
  const parsed = line.safeParse(jsonFrom(json))
  return parsed.data?.type === 'error' ? parsed.data.message : ''
}

/** "Reconnecting… 2/5" may be shown; anything else could contain what the upstream wrote. */
function shownError(message: string): string {
  return message.match(/^Reconnecting\.* \d+\/\d+/)?.[0] ?? turnErrorFromCodex(message).message
}

function threadItemFrom(original: unknown): ThreadItem {
  const parsed = item.safeParse(original)
  if (parsed.success) return parsed.data
  return { id: z.object({ id: text }).safeParse(original).data?.id ?? '', type: 'unknown', original }
}
