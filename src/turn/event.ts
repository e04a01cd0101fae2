import type { TurnError } from './error.ts'
import type { MessagePhase, ThreadItem } from './item.ts'
import type { Usage } from './usage.ts'

/** Why a turn was ended from outside. `elsewhere`: by another holder of the same thread. */
export type InterruptReason = 'client' | 'timeout' | 'shutdown' | 'elsewhere'

/**
 * Why the tokens of a request to the model are unknown: its stream broke, the turn was interrupted in it, codex died in it,
 * the provider did not report them, a compaction codex does not count, a sub-agent that outlives the turn.
 */
export type UnknownUsageCause = 'torn' | 'interrupted' | 'engine_stopped' | 'not_reported' | 'compaction' | 'subagent'

/**
 * `usage.counted`: the tokens of one answered request to the model, as soon as codex reports them; `response_id` is unique in
 * `thread_id`. `source`: reported for this response, found as a difference of the thread's totals (then possibly several
 * responses), or reported for the whole turn at its end. `calls`: whether it calls tools, so that another request follows; left
 * out where that is not known. `root_turn_id`: the turn that a sub-agent's thread works for.
 * `usage.unknown`: a request to the model was made and may have cost tokens, but codex does not report them: never zero.
 */
export type UsageEvent =
  | {
      type: 'usage.counted'
      response_id: string
      thread_id: string
      root_turn_id?: string | undefined
      usage: Usage
      calls?: boolean | undefined
      source: 'response' | 'total' | 'turn'
    }
  | { type: 'usage.unknown'; cause: UnknownUsageCause }

/** Why an answer is not complete: a limit on its length, of the model's or the gateway's, or a filter of the provider's. */
export type Cut = 'length' | 'content_filter'

/** A turn that went well. `refused`: the model refused to answer, and Codex does not pass on its words. */
export interface TurnCompleted {
  type: 'turn.completed'
  cut?: Cut | undefined
  refused?: boolean | undefined
  usage?: Usage | undefined
}

/** How every turn ends, exactly once, and last. `usage` is the sum of the turn's `usage.counted`; absent where there is none. */
export type TurnEnd =
  | TurnCompleted
  | { type: 'turn.interrupted'; reason: InterruptReason; usage?: Usage | undefined }
  | { type: 'turn.failed'; error: TurnError; usage?: Usage | undefined }

/**
 * Why results of tool calls are in a new turn, and not in the one that made the calls: none waits for them (any more), or what
 * the client sent with them is not what that one contains.
 */
export type NewTurnReason = 'none_open' | 'history_changed' | 'results_missing' | 'settings_changed'

/** What a turn emits while it runs. Text is emitted by `item.delta`; `item.completed` only repeats all of it. */
export type TurnEvent =
  | { type: 'turn.queued' } // it waits for a slot; left out when it need not
  | { type: 'turn.admitted'; engine: string; queued_ms: number; worker?: string | undefined } // it has a slot, on this worker where there are several; nothing has run yet
  | { type: 'thread.started'; thread_id: string; tool_results?: 'resumed' | NewTurnReason | undefined } // `tool_results`: of a turn that brings any
  | { type: 'turn.started'; turn_id?: string }
  | { type: 'item.started' | 'item.updated' | 'item.completed'; item: ThreadItem }
  | {
      type: 'item.delta'
      item_id: string
      item_type: 'agent_message' | 'reasoning' | 'command_execution'
      delta: string
      phase?: MessagePhase | undefined // comes with the first delta of a message
    }
  | { type: 'item.discarded'; item_id: string } // what was emitted of this text is void: its connection broke, and the answer begins anew. Only in turns that are `discardable`
  | { type: 'text.withheld' } // a part of a text has come that is passed on later, if at all: a sign of life, which `timed` takes out
  | { type: 'tool.called'; call_id: string; name: string; arguments: string } // one of the caller's own functions; arguments are JSON as the model wrote it
  | { type: 'turn.waiting' } // codex waits for a client, who may take long: the slot is given back, and no clock runs
  | { type: 'turn.resumes' } // what it waited for has come; what follows has a slot again
  | { type: 'error'; message: string } // the turn may survive it
  | UsageEvent
  | TurnEnd

/** Whether it is about the tokens of a request to the model. */
export function isUsage(event: TurnEvent): event is UsageEvent {
  return event.type === 'usage.counted' || event.type === 'usage.unknown'
}

/** Whether this is the word that ends a turn. */
export function isTurnEnd(event: TurnEvent): event is TurnEnd {
  return event.type === 'turn.completed' || event.type === 'turn.failed' || event.type === 'turn.interrupted'
}
