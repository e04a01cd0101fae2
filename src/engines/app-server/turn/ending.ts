import type { TurnEnd } from '../../../turn/event.ts'
import { turnErrorFromAppServer } from '../../../codex/app-server/failure.ts'

export interface Ending {
  /** Whether the model had to call a tool, and has not. */
  withoutRequiredCall: boolean
  /** Seconds until the account's limit is lifted, where known. */
  retryAfter: () => number | undefined
}

/** The end of a turn, from `turn/completed`. */
export function turnEndFrom(
  turn: { status?: unknown; error?: unknown } | null | undefined,
  { withoutRequiredCall, retryAfter }: Ending
): TurnEnd {
  switch (turn?.status) {
    case 'completed':
      if (!withoutRequiredCall) return { type: 'turn.completed' }
      return {
        type: 'turn.failed',
        error: {
          code: 'upstream_error',
          message: 'The model answered without calling a tool, which tool_choice required.'
        }
      }
    case 'interrupted':
      return { type: 'turn.interrupted', reason: 'elsewhere' }
    default:
      return { type: 'turn.failed', error: turnErrorFromAppServer(turn?.error, retryAfter) }
  }
}
