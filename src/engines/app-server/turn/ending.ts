import type { TurnEnd } from '../../../turn/event.ts'
import { cutFrom } from '../../../codex/wire/failure.ts'
import { turnErrorFromAppServer } from '../../../codex/app-server/failure.ts'

export interface Ending {
  /** Whether the model has refused to answer. */
  refused: boolean
  /** Whether the model had to call a tool, and has not. */
  withoutRequiredCall: boolean
  /** Seconds until the account's limit is lifted, where known. */
  retryAfter: () => number | undefined
}

/** The end of a turn, from `turn/completed`. */
export function turnEndFrom(
  turn: { status?: unknown; error?: { message?: unknown } | null } | null | undefined,
  { refused, withoutRequiredCall, retryAfter }: Ending
): TurnEnd {
  switch (turn?.status) {
    case 'completed':
      if (refused || !withoutRequiredCall) return { type: 'turn.completed', ...(refused && { refused }) }
      return {
        type: 'turn.failed',
        error: {
          code: 'upstream_error',
          message: 'The model answered twice without calling a tool, which tool_choice required.'
        }
      }
    case 'interrupted':
      return { type: 'turn.interrupted', reason: 'elsewhere' }
    default: {
      const cut = cutFrom(turn?.error?.message)
      if (cut) return { type: 'turn.completed', cut }
      return { type: 'turn.failed', error: turnErrorFromAppServer(turn?.error, retryAfter) }
    }
  }
}

/** Of a review of what is not there: codex reports an error and no turn (codex-cli 0.169). */
export const unreviewable: TurnEnd = {
  type: 'turn.failed',
  error: {
    code: 'invalid_request',
    message: 'Codex cannot review this: the folder is no Git repository, or has no such branch.',
    param: 'target'
  }
}
