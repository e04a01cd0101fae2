import { createHash } from 'node:crypto'
import type { Engine } from '../../turn/engine.ts'
import type { TurnReport } from '../../turn/report.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { isPersistent } from '../../turn/thread.ts'
import type { StoredThread } from './stored-response.ts'
import type { Previous } from './stored-responses.ts'

/** All that makes a thread what it is, besides what was said in it, as a hash: a turn with other settings begins a new one. */
export function threadSettings(turn: TurnRequest, engine: Pick<Engine, 'nameFor'>): string {
  const { instructions, model, profile, sandbox } = turn
  return createHash('sha256')
    .update(JSON.stringify([engine.nameFor?.(turn), instructions, model, profile, sandbox]))
    .digest('hex')
}

/**
 * The turn in the thread that holds what it continues: in that itself when nobody went on there before, else in a fork
 * of it. Where there is none that fits, or none that can be forked, a new thread gets all that was said.
 */
export function inItsThread(turn: TurnRequest, settings: string, previous: Previous | undefined): TurnRequest {
  if (turn.tools) return turn // a call that its client answers later would stand in the thread as broken off
  if (previous === undefined && tellsItself(turn)) return turn // it will send all again the next time, which a warm thread may hold
  const inNew: TurnRequest = { ...turn, thread: { kind: 'new', persistent: true } }
  if (previous?.thread?.settings !== settings) return inNew
  const { thread, claim, history } = previous
  if (claim()) return { ...turn, thread: { kind: 'resume', id: thread.id, heldItems: history.length } }
  if (thread.turn === undefined) return inNew
  return { ...turn, thread: { kind: 'fork', id: thread.id, afterTurn: thread.turn, heldItems: history.length } }
}

/** Whether its client sends the whole conversation by itself. */
function tellsItself({ history = [] }: TurnRequest): boolean {
  return history.some((item) => item.type === 'message' && item.role === 'assistant')
}

/** The persistent thread that a turn ran in, if it did. */
export function persistentThreadOf(
  { threadId, turnId }: TurnReport,
  turn: TurnRequest,
  settings: string
): StoredThread | undefined {
  if (!isPersistent(turn) || threadId === undefined) return undefined
  return { id: threadId, settings, ...(turnId !== undefined && { turn: turnId }) }
}
