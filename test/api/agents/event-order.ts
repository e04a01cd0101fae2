/** An event of a session, as far as its order is concerned. */
export interface OrderedEvent {
  type: string
  turn_id?: string
  item_id?: string
  item?: { id: string; type: string; role?: string; status?: string }
  turn?: { id: string }
}

/** What must have come before an event about one item. */
const before: Readonly<Record<string, string>> = {
  'content_part.added': 'item.added',
  'output_text.delta': 'content_part.added',
  'output_text.done': 'output_text.delta',
  'content_part.done': 'output_text.done',
  'reasoning_summary_part.added': 'item.added',
  'reasoning_summary_text.delta': 'reasoning_summary_part.added',
  'reasoning_summary_text.done': 'reasoning_summary_text.delta',
  'reasoning_summary_part.done': 'reasoning_summary_text.done',
  'item.done': 'item.added'
}

/** What is wrong with the order of events: of each turn and of each item. */
export function badOrders(events: readonly OrderedEvent[]): string[] {
  const seen = new Map<string, Set<string>>()
  const isOver = new Set<string>()
  const bad: string[] = []
  for (const { type, turn_id, item_id, item, turn } of events) {
    const name = type.replace('agent.session.turn.', '')
    const id = item_id ?? item?.id
    const turnId = turn_id ?? turn?.id
    if (turnId !== undefined && isOver.has(turnId)) bad.push(`${name} after the end of ${turnId}`)
    if (turn && /^(?:completed|failed|cancelled)$/.test(name)) isOver.add(turn.id)
    if (id === undefined) continue
    const had = seen.get(id) ?? new Set<string>()
    if (had.has('item.done')) bad.push(`${name} after item.done`)
    if (before[name] !== undefined && !had.has(before[name])) bad.push(`${name} before ${before[name]}`)
    if (name.endsWith('added') && name !== 'item.added' && had.has(name)) bad.push(`${name} twice`)
    seen.set(id, had.add(name))
  }
  return bad
}
