import { madeUpTurn } from './made-up-turn.ts'
import { code, failed } from './message.ts'
import { isJsonObject } from '../../turn/json-object.ts'

/**
 * Tells a client that its turn does not begin, and why. A compaction is told as a turn that failed: its refusal would end the TUI
 * (codex-cli 0.169).
 */
export function refusedAs(method: string, id: unknown, params: unknown, why: string): object[] {
  if (method !== 'thread/compact/start') return [failed(id, code.server, why)]
  const { threadId } = isJsonObject(params) ? params : {}
  const { now, begun } = madeUpTurn()
  const error = { message: why, codexErrorInfo: 'usageLimitExceeded', additionalDetails: null }
  const ended = { ...begun, status: 'failed', error, completedAt: now, durationMs: 0 }
  return [
    { id, result: {} },
    { method: 'turn/started', params: { threadId, turn: begun } },
    { method: 'error', params: { threadId, turnId: begun.id, error, willRetry: false } },
    { method: 'turn/completed', params: { threadId, turn: ended } }
  ]
}
