import { userInputFrom } from '../../openai/content.ts'
import { customArguments } from '../../openai/custom-tools.ts'
import { legacyCallId } from '../../openai/functions.ts'
import type { ReadImage } from '../../openai/image.ts'
import { invalid } from '../../openai/invalid.ts'
import type { HistoryItem } from '../../turn/request.ts'
import type { AssistantMessage, ChatMessage } from './message.ts'

/**
 * Messages as history, in order. Throws for an image that is none and for a tool's result that answers no call:
 * the model API would refuse it only after the turn has begun.
 */
export function chatHistoryFrom(messages: readonly ChatMessage[], readImage: ReadImage): HistoryItem[] {
  const calls = new Set<string>()
  return messages.flatMap((message, index) => {
    const items = itemsFrom(message, `messages[${index}]`, calls, readImage)
    for (const item of items) if (item.type === 'tool_call') calls.add(item.call_id)
    return items
  })
}

function itemsFrom(message: ChatMessage, at: string, calls: ReadonlySet<string>, readImage: ReadImage): HistoryItem[] {
  switch (message.role) {
    case 'assistant':
      return assistantItems(message, at, readImage)
    case 'tool':
      if (!calls.has(message.tool_call_id)) throw orphan(`${at}.tool_call_id`)
      return [
        {
          type: 'tool_result',
          call_id: message.tool_call_id,
          output: userInputFrom(message.content, `${at}.content`, readImage),
          ...(message.name && { name: message.name })
        }
      ]
    case 'function':
      if (!calls.has(legacyCallId(message.name))) throw orphan(`${at}.name`)
      return [
        {
          type: 'tool_result',
          call_id: legacyCallId(message.name),
          output: userInputFrom(message.content, `${at}.content`, readImage),
          name: message.name
        }
      ]
    default:
      return [
        {
          type: 'message',
          role: message.role,
          content: userInputFrom(message.content, `${at}.content`, readImage),
          ...(message.name && { name: message.name })
        }
      ]
  }
}

/** Its text, if it has any, and then its calls. */
function assistantItems(
  { content, refusal, tool_calls, function_call, name }: AssistantMessage,
  at: string,
  readImage: ReadImage
): HistoryItem[] {
  const calls: HistoryItem[] = (tool_calls ?? []).map((call) => ({
    type: 'tool_call',
    call_id: call.id,
    ...('custom' in call
      ? { name: call.custom.name, arguments: customArguments(call.custom.input) }
      : { name: call.function.name, arguments: call.function.arguments })
  }))
  if (function_call) calls.push({ type: 'tool_call', call_id: legacyCallId(function_call.name), ...function_call })
  const texts = [
    ...userInputFrom(content, `${at}.content`, readImage),
    ...(refusal ? [{ type: 'text' as const, text: refusal }] : [])
  ]
  if (calls.length > 0 && texts.every((part) => part.type === 'text' && part.text === '')) return calls
  return [{ type: 'message', role: 'assistant', content: texts, ...(name && { name }) }, ...calls]
}

function orphan(param: string): Error {
  return invalid(
    `Invalid value for '${param}': a tool's result must follow the assistant message whose 'tool_calls' has its call.`,
    param
  )
}
