import type { HistoryItem, TurnRequest } from './request.ts'
import { withUniqueCalls } from './unique-calls.ts'

/** The user's last messages are the turn's input. When another role comes last, or a user with a name, which an input cannot have, all is history. */
export function inputFrom(original: HistoryItem[]): Pick<TurnRequest, 'input' | 'history'> {
  const items = withUniqueCalls(original)
  const last = items.at(-1)
  if (last?.type !== 'message' || last.role !== 'user' || last.name) return { input: [], history: items }
  return { input: last.content, ...(items.length > 1 && { history: items.slice(0, -1) }) }
}
