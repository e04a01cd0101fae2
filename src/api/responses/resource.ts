import { flatFormat } from '../../openai/custom-tools.ts'
import { echoedSearch, isSearch } from '../../openai/web-search.ts'
import type { ResponseUsage } from '../../openai/usage.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { conversationIn } from './named-conversation.ts'
import type { OutputItem } from './output-item.ts'
import type { ResponseRequest } from './schema.ts'
import { echoedChoice, isOwn } from './tools.ts'

export type ResponseStatus = 'queued' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'incomplete'

/** What changes in a response while it is made. Times are Unix seconds. */
export interface ResponseState {
  status: ResponseStatus
  completed_at: number | null
  output: readonly OutputItem[]
  error: { code: string; message: string } | null
  usage: ResponseUsage | null
  incomplete_details: { reason: 'max_output_tokens' | 'content_filter' } | null
  /** Set where it is `queued` until a usage limit is lifted, at this time. */
  waiting_for_reset?: { resets_at: number }
}

/** What stays the same. */
export interface ResponseHead {
  id: string
  /** Unix seconds. */
  created_at: number
  model: string
}

/** A response, with every key that OpenAI's has but `user`, which may not be null. */
export type ResponseResource = ResponseHead & ResponseState & ReturnType<typeof echoOf> & { object: 'response' }

/** Makes resources of one response. What echoes the request, as its turn is run, is computed once. */
export function resourceMaker(
  { id, created_at, model }: ResponseHead,
  request: ResponseRequest,
  turn: Pick<TurnRequest, 'effort' | 'serviceTier' | 'webSearch'>
): (state: ResponseState) => ResponseResource {
  const echo = echoOf(request, turn)
  return ({ status, completed_at, output, error, usage, incomplete_details, waiting_for_reset }) => ({
    id,
    object: 'response',
    created_at,
    completed_at,
    status,
    error,
    incomplete_details,
    model,
    output,
    usage,
    ...(waiting_for_reset && { waiting_for_reset }),
    ...echo
  })
}

/** Characters of JSON beyond which an answer does not repeat a field: it is in several events, and aiohttp fails on lines of 128 KiB. */
const repeatable = 16_384

function echoOf(request: ResponseRequest, turn: Pick<TurnRequest, 'effort' | 'serviceTier' | 'webSearch'>) {
  const { text, reasoning, instructions } = request
  return {
    instructions: instructions && instructions.length <= repeatable ? instructions : null,
    previous_response_id: request.previous_response_id || null, // '' names none
    ...conversationOf(request),
    tools: toolsOf(request, turn),
    tool_choice: echoedChoice(request.tool_choice),
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    text: { format: formatOf(text?.format), ...(text?.verbosity && { verbosity: text.verbosity }) },
    reasoning: { effort: (reasoning?.effort && turn.effort) ?? null, summary: summaryOf(request) ?? null },
    temperature: request.temperature ?? 1,
    top_p: request.top_p ?? 1,
    presence_penalty: request.presence_penalty ?? 0,
    frequency_penalty: request.frequency_penalty ?? 0,
    top_logprobs: 0,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    truncation: request.truncation ?? ('disabled' as const),
    store: request.store ?? true,
    background: request.background ?? false,
    service_tier: turn.serviceTier ?? ('default' as const),
    metadata: request.metadata ?? {},
    safety_identifier: request.safety_identifier ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null
  }
}

function conversationOf(request: ResponseRequest): { conversation?: { id: string } | null } {
  const id = conversationIn(request)
  return id === undefined ? {} : { conversation: { id } }
}

/** In what form the client wants the reasoning; undefined when it does not. */
export function summaryOf({ reasoning }: ResponseRequest) {
  return reasoning?.summary ?? reasoning?.generate_summary ?? undefined
}

function formatOf(format: NonNullable<ResponseRequest['text']>['format']) {
  if (!format) return { type: 'text' as const }
  if (format.type !== 'json_schema') return format
  const { name, description, schema, strict } = format
  return {
    type: format.type,
    name: name ?? 'answer',
    description: description ?? null,
    schema: isShort(schema) ? schema : {},
    strict: strict ?? false
  }
}

/** The caller's own tools, and the search where there is one. */
function toolsOf({ tools }: ResponseRequest, { webSearch }: Pick<TurnRequest, 'webSearch'>) {
  const offered = (tools ?? []).filter((tool) => isOwn(tool) || (webSearch && isSearch(tool)))
  const repeat = isShort(offered)
  return offered.flatMap((tool) => {
    if (isSearch(tool)) return echoedSearch(repeat ? tool : { type: tool.type })
    if (!isOwn(tool)) return []
    const { type, name } = tool
    const description = (repeat && tool.description) || null
    if (tool.type === 'custom')
      return { type, name, description: description ?? '', format: flatFormat(repeat ? tool.format : null) }
    return { type, name, description, parameters: (repeat && tool.parameters) || null, strict: tool.strict ?? null }
  })
}

const isShort = (value: unknown) => JSON.stringify(value).length <= repeatable
