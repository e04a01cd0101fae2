import type { ThreadTurnOrder } from '../threads/run.ts'
import type { AgentSession } from './agent-session.ts'
import type { AgentItem } from './item-place.ts'
import { rawItems } from './raw-items.ts'
import type { AgentTurn } from './turn.ts'

type Prepare = NonNullable<ThreadTurnOrder['prepare']>

/** What comes before a turn that is new; nothing in most sessions. `itemsOf`: all that was said in one. */
export function beforeTurn(
  session: AgentSession,
  turn: AgentTurn,
  itemsOf: (session: string) => readonly AgentItem[]
): { prepare?: Prepare } {
  const { hosted, status } = session
  const earlier = status.isMoved ? earlierItems(session, itemsOf(session.id)) : undefined
  if (hosted === undefined) return earlier ? { prepare: earlier } : {}
  return {
    async prepare(connection, threadId, signal) {
      await hosted.ready(turn, signal)
      await earlier?.(connection, threadId, signal)
    }
  }
}

/** Puts what was said before into a thread that is new. */
function earlierItems(session: AgentSession, said: readonly AgentItem[]): Prepare {
  const items = rawItems(said, session.made.config.tools)
  return async (connection, threadId) => {
    await connection.request('thread/inject_items', { threadId, items })
    session.setStatus({ isMoved: false })
  }
}
