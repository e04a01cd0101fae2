import type { HistoryItem } from './request.ts'

/** The calls that were sent under one id. */
interface SameId {
  /** What they are called now. */
  ids: string[]
  /** How many have a result. */
  answered: number
  /** The number that the next one may have. */
  next: number
}

/**
 * The history with an id of its own for every tool call: some clients count from the start in each step, and a model would read two
 * calls of one id as one. A result belongs to the first call of its id that has none yet.
 */
export function withUniqueCalls(history: HistoryItem[]): HistoryItem[] {
  const taken = new Set(history.flatMap((item) => (item.type === 'tool_call' ? item.call_id : [])))
  const calls = new Map<string, SameId>()
  return history.map((item) => {
    if (item.type === 'message' || item.type === 'reasoning') return item
    const same = calls.get(item.call_id) ?? { ids: [], answered: 0, next: 2 }
    calls.set(item.call_id, same)
    if (item.type === 'tool_result')
      return { ...item, call_id: same.ids[same.answered++] ?? same.ids.at(-1) ?? item.call_id }
    const id = same.ids.length === 0 ? item.call_id : unused(item.call_id, same, taken)
    same.ids.push(id)
    return { ...item, call_id: id }
  })
}

function unused(id: string, same: SameId, taken: ReadonlySet<string>): string {
  while (taken.has(`${id}_${same.next}`)) same.next++
  return `${id}_${same.next++}`
}
