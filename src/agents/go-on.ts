import type { Connection } from '../codex/app-server/connection.ts'
import type { ThreadTurnOrder } from '../threads/run.ts'
import { GatewayError, turnErrorFrom } from '../turn/error.ts'
import type { AgentSession } from './agent-session.ts'
import type { AgentItem } from './item-place.ts'
import { closeTurn, endCalls, failTurn, parkedTurn } from './parked.ts'
import { rawItems } from './raw-items.ts'
import { revert } from './revert.ts'
import { underWay } from './run-turn.ts'
import { budgetError } from './spending.ts'
import { howEnded, failedEnd } from './turn-end.ts'
import type { HowEnded } from './turn-end.ts'
import type { AgentTurn } from './turn.ts'

/** What a parked turn goes on with. */
export interface GoOnParts {
  /** The order of a turn without a message. */
  orderOf: (session: AgentSession) => Promise<ThreadTurnOrder>
  /** Resolves when the turn has a slot or waits for one. */
  run: (session: AgentSession, turn: AgentTurn, order: ThreadTurnOrder) => Promise<void>
  /** The items of a turn in their order. */
  itemsOf: (session: string, turn: string) => AgentItem[]
  isStopping: () => boolean
  /** Resolves after so many milliseconds. */
  wait: (milliseconds: number) => Promise<unknown>
}

/**
 * How often a turn is tried again, about two minutes in all, and the milliseconds before that, doubled up to a bound. A codex that keeps
 * stopping may be started again within a minute: then the turn must not wait for as long once more.
 */
const patience = { tries: 28, first: 500, longest: 5_000 }

/** A turn whose codex is gone goes on in another when all is there that it waited for. `tries`: how often it was tried before. */
export async function goOn(parts: GoOnParts, session: AgentSession, tries = 0): Promise<void> {
  const former = parkedTurn(session)
  const { open, actions } = session.status
  if (former === undefined || open === null || actions.length > 0) return
  const order = await parts.orderOf(session)
  const stored = parts.itemsOf(session.id, former.id)
  const turn = session.prepare({ former: { turn: former, index: open.index } })
  const prepare = async (connection: Connection, threadId: string) => {
    if (open.codexId !== null) await revert(connection, threadId, open.codexId)
    session.reopened() // until here nothing has been done, and the turn stays parked where codex stops
    endCalls(turn, stored)
    const items = rawItems(stored.slice(open.given), session.made.config.tools)
    if (items.length > 0) await connection.request('thread/inject_items', { threadId, items })
    session.reopened(stored.length) // another that goes on must not give them once more
  }
  void turn.over.then(() => tryAgain(parts, session, tries))
  try {
    await parts.run(session, turn, { ...order, prepare })
    await underWay(turn)
  } catch (error) {
    if (isForNow(error)) void tryAgain(parts, session, tries)
    else closeTurn(session, former, stored, howRefused(error))
  }
}

const isForNow = (error: unknown) =>
  error instanceof GatewayError && ['thread_busy', 'overloaded', 'rate_limited'].includes(error.code)

function howRefused(error: unknown): HowEnded {
  if (error instanceof GatewayError && error.reason === budgetError.code) return failedEnd(budgetError)
  return howEnded({ type: 'turn.failed', error: turnErrorFrom(error) }, false)
}

/** A turn that no codex could go on with fails in the end. */
async function tryAgain(parts: GoOnParts, session: AgentSession, tries: number): Promise<void> {
  const former = parkedTurn(session)
  if (former === undefined || session.status.actions.length > 0 || parts.isStopping()) return
  if (tries === patience.tries) return failTurn(session, former, parts.itemsOf(session.id, former.id))
  await parts.wait(Math.min(patience.first * 2 ** tries, patience.longest))
  await session.inOrder(() => goOn(parts, session, tries + 1)).catch(() => {}) // the next input does it
}
