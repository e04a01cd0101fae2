import type { AgentSession } from './agent-session.ts'
import type { AgentItem } from './item-place.ts'
import type { Given } from './message.ts'
import { AgentTurn } from './turn.ts'
import type { ShownTurn } from './shown-turn.ts'
import { cancelled, failedEnd } from './turn-end.ts'
import type { HowEnded } from './turn-end.ts'

/** An item that is not complete, with its place in the output of its turn. */
interface OpenItem {
  item: AgentItem
  index: number
}

/** The turn of a session that waits for functions and has no codex any more, if there is one. */
export function parkedTurn(session: AgentSession): ShownTurn | undefined {
  const { open } = session.status
  const body = open && !session.turn ? session.find('turn', open.id) : undefined
  return body === undefined ? undefined : (JSON.parse(body) as ShownTurn)
}

/** Adds a message to the turn that is parked. False where none is. */
export function addToParked(session: AgentSession, message: Given): boolean {
  const turn = parkedTurn(session)
  if (turn === undefined) return false
  new AgentTurn(session, { former: { turn, index: 0 } }).show(message)
  return true
}

/** Those of a turn's items that are not complete, of all that are stored. */
function openItems(stored: readonly AgentItem[]): OpenItem[] {
  return stored
    .filter((item) => item['role'] !== 'user' && item.type !== 'function_call_output')
    .map((item, index) => ({ item, index }))
    .filter(({ item }) => item['status'] === 'in_progress')
}

/** The calls of a turn that goes on, of which its new codex says nothing, are complete as their results say. */
export function endCalls(turn: AgentTurn, stored: readonly AgentItem[]): void {
  const outputs = stored.filter(({ type }) => type === 'function_call_output')
  for (const { item, index } of openItems(stored)) {
    const status = outputs.find((output) => output['call_id'] === item['call_id'])?.['status'] ?? 'incomplete'
    const ended = { ...item, status }
    turn.emit('item.done', { item: ended, output_index: index }, ended)
  }
}

/** Ends a turn whose codex is gone. */
export function failTurn(session: AgentSession, turn: ShownTurn, stored: readonly AgentItem[]): void {
  const message = 'The gateway or codex stopped while this turn was running. Nothing of it runs again.'
  closeTurn(session, turn, stored, failedEnd({ code: 'internal_error', message }))
}

/** Ends a turn that is parked, with what is open of it. */
export function closeTurn(
  session: AgentSession,
  turn: ShownTurn,
  stored: readonly AgentItem[],
  how: HowEnded = cancelled
): void {
  const closed = new AgentTurn(session, { former: { turn, index: 0 } })
  for (const { item, index } of openItems(stored)) {
    const ended = { ...item, status: 'incomplete' }
    closed.emit('item.done', { item: ended, output_index: index }, ended)
  }
  closed.close(how, null)
}
