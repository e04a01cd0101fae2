import type { AgentSession } from './agent-session.ts'
import type { AgentItem } from './item-place.ts'
import type { Message } from './message.ts'
import { AgentTurn } from './turn.ts'
import type { ShownTurn } from './shown-turn.ts'

/** An item that is not complete, with its place in the output of its turn. */
export interface OpenItem {
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
export function addToParked(session: AgentSession, message: Message): boolean {
  const turn = parkedTurn(session)
  if (turn === undefined) return false
  new AgentTurn(session, { former: { turn, index: 0 } }).show({ ...message, isShown: false })
  return true
}

/** Ends the turn that is parked, if one is. */
export function cancelParked(session: AgentSession): void {
  const turn = parkedTurn(session)
  if (turn === undefined) return
  new AgentTurn(session, { former: { turn, index: 0 } }).close({ status: 'cancelled', error: null }, null)
  session.flush()
}

/** Ends a turn whose codex is gone, with what is open of it. */
export function failTurn(session: AgentSession, turn: ShownTurn, open: readonly OpenItem[]): void {
  const failed = new AgentTurn(session, { former: { turn, index: 0 } })
  for (const { item, index } of open) {
    const ended = { ...item, status: 'incomplete' }
    failed.emit('item.done', { item: ended, output_index: index }, ended)
  }
  const message = 'The gateway or codex stopped while this turn was running. Nothing of it runs again.'
  failed.close({ status: 'failed', error: { code: 'internal_error', message } }, null)
  session.flush()
}
