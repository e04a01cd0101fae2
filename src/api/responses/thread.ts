import { createHash } from 'node:crypto'
import type { Engine } from '../../turn/engine.ts'
import type { TurnReport } from '../../turn/report.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { isPersistent } from '../../turn/thread.ts'
import type { Conversations } from './conversations.ts'

/** A codex thread that holds a conversation. */
export interface KeptThread {
  id: string
  /** The turn up to which it does, where the engine names its turns. */
  turn?: string
  /** As `threadSettings`. */
  settings: string
}

/** What a turn continues, and whether it is to be kept. */
export interface Continuing {
  settings: string
  previous?: string
  /** Items of the history that come from before. */
  heldItems: number
  store: boolean
}

/** All that makes a thread what it is, besides what was said in it, as a hash: a turn with other settings begins a new one. */
export function threadSettings(turn: TurnRequest, engine: Pick<Engine, 'nameFor'>): string {
  const { instructions, model, profile, sandbox } = turn
  return createHash('sha256')
    .update(JSON.stringify([engine.nameFor?.(turn), instructions, model, profile, sandbox]))
    .digest('hex')
}

/**
 * The turn in the thread that holds what it continues: in that itself when nobody went on there before, else in a fork
 * of it. Where there is none that fits, or none that can be forked, the turn tells a new thread all that was said.
 */
export async function inItsThread(
  turn: TurnRequest,
  { settings, previous, heldItems, store }: Continuing,
  conversations: Conversations
): Promise<TurnRequest> {
  if (!store || !conversations.lasting) return turn
  if (turn.tools) return turn // a call that its client answers later would stand in the thread as broken off
  if (previous === undefined && tellsItself(turn)) return turn // it will tell all again the next time, which a warm thread may hold
  const inNew: TurnRequest = { ...turn, thread: { kind: 'new', persistent: true } }
  const found =
    previous === undefined
      ? undefined
      : await conversations.goOn(turn.client ?? '', previous, (thread) => thread.settings === settings)
  if (!found) return inNew
  const { thread, newest } = found
  if (newest) return { ...turn, thread: { kind: 'resume', id: thread.id, heldItems } }
  if (thread.turn === undefined) return inNew
  return { ...turn, thread: { kind: 'fork', id: thread.id, afterTurn: thread.turn, heldItems } }
}

/** Whether its client keeps the conversation by itself. */
function tellsItself({ history = [] }: TurnRequest): boolean {
  return history.some((item) => item.type === 'message' && item.role === 'assistant')
}

/** The persistent thread that a turn ran in, if it did. */
export function keptThreadOf(
  { threadId, turnId }: TurnReport,
  turn: TurnRequest,
  settings: string
): KeptThread | undefined {
  if (!isPersistent(turn) || threadId === undefined) return undefined
  return { id: threadId, settings, ...(turnId !== undefined && { turn: turnId }) }
}
