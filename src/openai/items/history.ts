import { userInputFrom } from '../content.ts'
import { customArguments } from '../custom-tools.ts'
import type { ReadImage } from '../image.ts'
import { invalid } from '../invalid.ts'
import type { HistoryItem, UserInput } from '../../turn/request.ts'
import { compactedHistory, compactedIn } from './compaction.ts'
import { answeredCalls, clientItemFrom, isClientItem } from './foreign-items.ts'
import type { ClientItem } from './foreign-items.ts'
import type { InputItem } from './item.ts'

/**
 * Items as history, in order, after `before`, the history so far. Throws for an image that is none and for a function's
 * output without its call: the model API would refuse it only after the turn has begun. `at` is what a failure calls the items.
 */
export function historyFrom(
  input: string | readonly InputItem[],
  before: readonly HistoryItem[],
  readImage: ReadImage,
  at = 'input'
): HistoryItem[] {
  if (typeof input === 'string')
    return [...before, { type: 'message', role: 'user', content: [{ type: 'text', text: input }] }]
  const calls = new Set(before.flatMap((item) => (item.type === 'tool_call' ? item.call_id : [])))
  const answered = answeredCalls(input)
  const items = input.flatMap((item, index) => {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') calls.add(item.call_id)
    if (isClientItem(item)) return clientItemFrom(item, answered, screenshotIn(item, `${at}[${index}]`, readImage))
    return itemsFrom(item, `${at}[${index}]`, calls, readImage)
  })
  return [...before, ...items]
}

/** Throws for an image or a file in items that is none: a turn would fail for it each time. `at` is their place in the request. */
export function checkParts(items: readonly InputItem[], at: string, readImage: ReadImage): void {
  for (const [index, item] of items.entries()) {
    const place = `${at}[${index}]`
    if (item.type === 'message') userInputFrom(item.content, `${place}.content`, readImage)
    else if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output')
      userInputFrom(item.output, `${place}.output`, readImage)
    else if (isClientItem(item)) screenshotIn(item, place, readImage)
  }
}

function itemsFrom(item: InputItem, at: string, calls: ReadonlySet<string>, readImage: ReadImage): HistoryItem[] {
  switch (item.type) {
    case 'message':
      return [
        {
          type: 'message',
          role: item.role,
          content: userInputFrom(item.content, `${at}.content`, readImage),
          ...('phase' in item && item.phase && { phase: item.phase })
        }
      ]
    case 'function_call':
      return [{ type: 'tool_call', call_id: item.call_id, name: item.name, arguments: item.arguments }]
    case 'custom_tool_call':
      return [{ type: 'tool_call', call_id: item.call_id, name: item.name, arguments: customArguments(item.input) }]
    case 'function_call_output':
    case 'custom_tool_call_output':
      if (!calls.has(item.call_id))
        throw invalid(
          `No tool call found for ${item.type === 'function_call_output' ? 'function call' : 'custom tool call'} output with call_id ${item.call_id.slice(0, 128)}.`,
          `${at}.call_id`
        )
      return [
        { type: 'tool_result', call_id: item.call_id, output: userInputFrom(item.output, `${at}.output`, readImage) }
      ]
    case 'reasoning': {
      const { encrypted_content, summary = [] } = item
      return encrypted_content
        ? [{ type: 'reasoning', encrypted_content, summary: summary.map(({ text }) => text) }]
        : []
    }
    case 'compaction': {
      const compacted = compactedIn(item['encrypted_content'])
      return compacted ? compactedHistory(compacted) : []
    }
    case 'item_reference':
      throw invalid(`Item with id '${item.id.slice(0, 128)}' not found. Send the item itself.`, `${at}.id`)
    default:
      return [] // see `passedOverTypes`
  }
}

/** The screen after a computer's action. */
function screenshotIn({ type, output }: ClientItem, at: string, readImage: ReadImage): UserInput | undefined {
  if (type !== 'computer_call_output' || typeof output !== 'object' || output === null) return undefined
  if (!('image_url' in output) || typeof output.image_url !== 'string') return undefined
  return readImage(output.image_url, `${at}.output.image_url`)
}
