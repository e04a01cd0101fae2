import { createHash } from 'node:crypto'
import type { Engine } from '../../turn/engine.ts'
import type { TurnReport } from '../../turn/report.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { isPersistent } from '../../turn/thread.ts'
import type { StoredThread } from './stored-response.ts'
import type { Previous } from './stored-responses.ts'

/** A hash of all settings of a thread that a turn cannot change: a turn with other ones begins a new thread. */
export function settingsHash(turn: TurnRequest, engine: Pick<Engine, 'nameFor'>): string {
  const { instructions, model, profile, sandbox, folder, serviceTier, webSearch } = turn
  return createHash('sha256')
    .update(
      JSON.stringify([
        engine.nameFor?.(turn),
        instructions,
        model,
        profile,
        sandbox,
        ...(serviceTier ? [serviceTier] : []),
        ...(webSearch ? [webSearch] : []),
        ...(folder === undefined ? [] : [{ folder }])
      ])
    )
    .digest('hex')
}

/**
 * The turn in the thread that contains what it continues: in that itself when no other turn has continued it, else in a fork
 * of it. Where none fits, or it cannot be forked, a new thread is sent the whole history.
 */
export async function withThread(
  turn: TurnRequest,
  settings: string,
  previous: Previous | undefined
): Promise<TurnRequest> {
  if (turn.tools) return turn // a call that its client answers later would be in the thread as interrupted
  if (turn.encryptedReasoning) return turn // codex reports it only of a thread that it has started itself (codex-cli 0.169)
  if (previous === undefined && sendsItsHistory(turn)) return turn // it will send all again the next time, which a warm thread may contain
  const inNew: TurnRequest = { ...turn, thread: { kind: 'new', persistent: true } }
  if (previous?.thread?.settings !== settings) return inNew
  const { thread, claim, history } = previous
  const { heldItems = history.length } = thread
  const place = thread.worker === undefined ? undefined : { worker: thread.worker }
  if (await claim()) return { ...turn, thread: { kind: 'resume', id: thread.id, heldItems, ...place } }
  if (thread.turn === undefined) return inNew
  return { ...turn, thread: { kind: 'fork', id: thread.id, afterTurn: thread.turn, heldItems, ...place } }
}

/** Whether its client sends the whole conversation by itself. */
function sendsItsHistory({ history = [] }: TurnRequest): boolean {
  return history.some((item) => item.type === 'message' && item.role === 'assistant')
}

/** The persistent thread that a turn ran in, if it did. One whose answer was cut off is not continued: what it contains is not known. */
export function persistentThreadOf(
  { threadId, turnId, worker, cut }: TurnReport,
  turn: TurnRequest,
  settings: string
): StoredThread | undefined {
  if (!isPersistent(turn) || threadId === undefined || cut) return undefined
  return {
    id: threadId,
    settings,
    ...(turnId !== undefined && { turn: turnId }),
    ...(worker !== undefined && { worker })
  }
}
