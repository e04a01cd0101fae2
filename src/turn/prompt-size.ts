import { GatewayError } from './error.ts'
import { unsentPart } from './thread.ts'
import type { HistoryItem, TurnRequest, UserInput } from './request.ts'

/**
 * Throws `context_length_exceeded` when the texts that a request sends to Codex have more than `limit` characters (code points)
 * together: what its thread contains already does not count. Should that thread be gone when the engine comes to it, a new one
 * is sent all of the history, which is not counted again: the client sent no more than it may. `param` is the field at fault.
 */
export function checkPromptSize(request: TurnRequest, limit: number, param: string): void {
  const texts = textsOf(unsentPart(request))
  const units = texts.reduce((sum, text) => sum + text.length, 0)
  if (units <= limit) return
  const characters = units > limit * 2 ? units : texts.reduce((sum, text) => sum + codePoints(text), 0)
  if (characters <= limit) return
  throw new GatewayError(
    'context_length_exceeded',
    `This model's maximum context length is ${limit} characters. However, your messages resulted in ${characters} characters. Please reduce the length of the messages.`,
    { param }
  )
}

/** The texts that a turn has, besides its tools. */
export function textsOf({ instructions, history = [], input }: TurnRequest): string[] {
  return [...(instructions ? [instructions] : []), ...history.flatMap(textsIn), ...spoken(input)]
}

function textsIn(item: HistoryItem): string[] {
  switch (item.type) {
    case 'message':
      return [item.name ?? '', ...spoken(item.content)]
    case 'reasoning':
      return [] // encrypted, it is no text
    case 'tool_call':
      return [item.name, item.arguments]
    case 'tool_result':
      return [item.name ?? '', ...spoken(item.output)]
  }
}

const spoken = (content: readonly UserInput[]) => content.flatMap((part) => (part.type === 'text' ? part.text : []))

/** UTF-16 units, less one for every pair. */
function codePoints(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)
}
