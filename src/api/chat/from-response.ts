import { shownPlaces } from '../../openai/shown-places.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/**
 * The body of a response, which some clients send to this path, as that of a chat completion: one message for each item.
 * Also nests tools that are described flatly. What is none of this is left as it is, for the schema to judge.
 */
export function chatBodyFrom(body: JsonObject): JsonObject {
  const nested = withNestedTools(body)
  if (!isResponseBody(body)) return nested
  const { instructions, input, text, max_output_tokens, ...rest } = nested
  const { format, verbosity } = isJsonObject(text) ? text : {}
  return {
    ...rest,
    messages: messagesFrom(input, instructions),
    ...(isJsonObject(format) && { response_format: formatFrom(format) }),
    ...(verbosity !== undefined && { verbosity }),
    ...(max_output_tokens !== undefined && { max_completion_tokens: max_output_tokens })
  }
}

/** The places of the items that have no message: `input[3]`. */
export function itemsPassedOver(body: JsonObject): string[] {
  const { input } = body
  if (!isResponseBody(body) || !Array.isArray(input)) return []
  const places = input.flatMap((item, index) => (messageFrom(item) === undefined ? [`input[${index}]`] : []))
  return shownPlaces(places, 'input')
}

function isResponseBody({ messages, input }: JsonObject): boolean {
  return (messages ?? undefined) === undefined && (input ?? undefined) !== undefined
}

function messagesFrom(input: unknown, instructions: unknown): unknown {
  if (typeof input !== 'string' && !Array.isArray(input)) return input
  const own = typeof input === 'string' ? [{ role: 'user', content: input }] : input.map(messageFrom)
  const all = own.filter((message) => message !== undefined)
  return instructions ? [{ role: 'developer', content: instructions }, ...all] : all
}

function messageFrom(item: unknown): unknown {
  if (!isJsonObject(item)) return item
  const { type, call_id, name } = item
  switch (type ?? 'message') {
    case 'message':
      return { role: item['role'], content: item['content'] ?? null, ...(name !== undefined && { name }) }
    case 'function_call':
      return call({ id: call_id, type: 'function', function: { name, arguments: item['arguments'] } })
    case 'custom_tool_call':
      return call({ id: call_id, type: 'custom', custom: { name, input: item['input'] } })
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'tool', tool_call_id: call_id, content: item['output'] ?? null }
    default:
      return undefined
  }
}

const call = (tool_call: object) => ({ role: 'assistant', content: null, tool_calls: [tool_call] })

function formatFrom({ type, ...rest }: Record<string, unknown>): object {
  return type === 'json_schema' ? { type, json_schema: rest } : { type }
}

/** `{type, name, …}` as `{type, function: {name, …}}`, in the list and in the choice. */
function withNestedTools(body: JsonObject): JsonObject {
  const { tools, tool_choice } = body
  if (!tools && !tool_choice) return body
  return {
    ...body,
    ...(Array.isArray(tools) && { tools: tools.map(nested) }),
    ...(isJsonObject(tool_choice) && { tool_choice: nested(tool_choice) })
  }
}

function nested(tool: unknown): unknown {
  if (!isJsonObject(tool)) return tool
  const { type, ...rest } = tool
  if ((type !== 'function' && type !== 'custom') || isJsonObject(tool[type]) || typeof tool['name'] !== 'string')
    return tool
  return { type, [type]: rest }
}
