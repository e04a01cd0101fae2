import type { TurnError } from './error.ts'
import type { ThreadItem } from './item.ts'
import type { Usage } from './usage.ts'

/** Why a turn was ended from outside. `elsewhere`: by another holder of the same thread. */
export type InterruptReason = 'client' | 'timeout' | 'shutdown' | 'elsewhere'

/** How every turn ends, exactly once, and last. */
export type TurnEnd =
  | { type: 'turn.completed'; usage?: Usage } // usage of this turn alone
  | { type: 'turn.interrupted'; reason: InterruptReason; usage?: Usage }
  | { type: 'turn.failed'; error: TurnError; usage?: Usage }

/** What is heard of a turn while it runs. Text is told by `item.delta`; `item.completed` only repeats it whole. */
export type TurnEvent =
  | { type: 'turn.admitted'; engine: string; queued_ms: number } // it has a slot; nothing has run yet
  | { type: 'thread.started'; thread_id: string }
  | { type: 'turn.started'; turn_id?: string }
  | { type: 'item.started' | 'item.updated' | 'item.completed'; item: ThreadItem }
  | {
      type: 'item.delta'
      item_id: string
      item_type: 'agent_message' | 'reasoning' | 'command_execution'
      delta: string
    }
  | { type: 'tool.called'; call_id: string; name: string; arguments: string } // one of the caller's own functions; arguments are JSON as the model wrote it
  | { type: 'error'; message: string } // the turn may survive it
  | TurnEnd

/** Whether this is the word that ends a turn. */
export function isTurnEnd(event: TurnEvent): event is TurnEnd {
  return event.type === 'turn.completed' || event.type === 'turn.failed' || event.type === 'turn.interrupted'
}
