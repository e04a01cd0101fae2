import type { HistoryItem, TurnRequest, UserInput } from '../turn/request.ts'
import { invalid } from './invalid.ts'

/** Throws where a request has nothing for the model to read: codex would begin no turn. `param` is the field at fault. */
export function checkContent({ input, history = [] }: Pick<TurnRequest, 'input' | 'history'>, param: string): void {
  if (input.some(hasContent) || history.some(isContent)) return
  throw invalid(
    `Invalid value for '${param}': nothing in it has any content. Send at least one message with a text or an image, or a tool's result.`,
    param
  )
}

const isContent = (item: HistoryItem) => item.type !== 'message' || item.content.some(hasContent)
const hasContent = (part: UserInput) => part.type === 'image' || part.text.trim() !== ''
