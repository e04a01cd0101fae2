import { legacyCallId } from '../../openai/functions.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/**
 * The body of a chat completion, which some clients send to this path, as that of a response. Also flattens tools that are
 * described as chat completions have them. What is none of this is left as it is, for the schema to judge.
 */
export function responseBodyFrom(body: JsonObject): JsonObject {
  const flat = { ...body, ...toolsIn(body) }
  const { messages } = body
  if ((body['input'] ?? undefined) !== undefined || !Array.isArray(messages)) return flat
  const { response_format, verbosity, reasoning_effort, max_tokens, max_completion_tokens = max_tokens } = flat
  const text = {
    ...(isJsonObject(response_format) && { format: formatFrom(response_format) }),
    ...(verbosity !== undefined && { verbosity })
  }
  return {
    ...flat,
    input: messages.flatMap(itemsFrom),
    ...(Object.keys(text).length > 0 && { text }),
    ...(reasoning_effort !== undefined && { reasoning: { effort: reasoning_effort } }),
    ...(max_completion_tokens !== undefined && { max_output_tokens: max_completion_tokens })
  }
}

function itemsFrom(message: unknown): unknown[] {
  if (!isJsonObject(message)) return [message]
  const { role, content, name } = message
  switch (role) {
    case 'tool':
      return [{ type: 'function_call_output', call_id: message['tool_call_id'], output: content }]
    case 'function':
      return [{ type: 'function_call_output', call_id: legacyCallId(name), output: content }]
    case 'assistant':
      return assistantItems(message)
    default:
      return [{ type: 'message', role, content }]
  }
}

/** Its text, if it has any, and then its calls. */
function assistantItems({ content, refusal, tool_calls, function_call }: Record<string, unknown>): unknown[] {
  const calls = [
    ...(Array.isArray(tool_calls) ? tool_calls.map(callFrom) : []),
    ...(isJsonObject(function_call)
      ? [{ type: 'function_call', call_id: legacyCallId(function_call['name']), ...function_call }]
      : [])
  ]
  const said = content ?? refusal
  return calls.length > 0 && !said ? calls : [{ type: 'message', role: 'assistant', content: said ?? null }, ...calls]
}

function callFrom(call: unknown): unknown {
  if (!isJsonObject(call)) return call
  const { id, custom, function: called } = call
  if (isJsonObject(custom)) return { type: 'custom_tool_call', call_id: id, ...custom }
  return { type: 'function_call', call_id: id, ...(isJsonObject(called) ? called : {}) }
}

function formatFrom({ type, json_schema }: Record<string, unknown>): object {
  return { type, ...(type === 'json_schema' && isJsonObject(json_schema) ? json_schema : {}) }
}

/** `{type, function: {name, …}}` as `{type, name, …}`, in the list and in the choice. */
function toolsIn({ tools, tool_choice }: JsonObject): JsonObject {
  return {
    ...(Array.isArray(tools) && { tools: tools.map(flattened) }),
    ...(isJsonObject(tool_choice) && { tool_choice: flattened(tool_choice) })
  }
}

function flattened(tool: unknown): unknown {
  if (!isJsonObject(tool)) return tool
  const { type } = tool
  const inner = type === 'function' || type === 'custom' ? tool[type] : undefined
  return isJsonObject(inner) ? { type, ...inner } : tool
}
