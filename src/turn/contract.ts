import { turnErrorFrom } from './error.ts'
import { isTurnEnd } from './event.ts'
import type { InterruptReason, TurnEnd, TurnEvent } from './event.ts'
import type { RunTurn } from './engine.ts'

/**
 * Makes a plain engine keep the contract: a throw becomes `turn.failed`, a missing end is supplied,
 * nothing follows the first end, and a message that came without deltas is emitted as one.
 */
export function contracted(run: RunTurn): RunTurn {
  return async function* (request, signal) {
    const streamed = new Set<string>()
    try {
      for await (const event of run(request, signal)) {
        if (isTurnEnd(event)) {
          yield endedBy(signal, event)
          return
        }
        if (event.type === 'item.delta') streamed.add(event.item_id)
        const missing = missingDelta(event, streamed)
        if (missing) yield missing
        yield event
      }
      yield endedBy(signal, {
        type: 'turn.failed',
        error: { code: 'upstream_error', message: 'Codex ended the turn without a result.' }
      })
    } catch (error) {
      yield failedWith(error, signal)
    }
  }
}

/** The end of a turn that threw. */
export function failedWith(error: unknown, signal: AbortSignal): TurnEnd {
  return endedBy(signal, { type: 'turn.failed', error: turnErrorFrom(error) })
}

/** An abort is the cause of whatever failure follows it, unless nobody knows whether it ended the turn; one that completed has completed. */
function endedBy(signal: AbortSignal, end: TurnEnd): TurnEnd {
  if (end.type !== 'turn.failed' || !signal.aborted || end.error.reason === 'worker_lost') return end
  return { type: 'turn.interrupted', reason: interruptReason(signal), ...(end.usage && { usage: end.usage }) }
}

/** Why `signal` was aborted; `client` when it gives no reason. */
export function interruptReason(signal: AbortSignal): InterruptReason {
  const reason: unknown = signal.reason
  return reason === 'timeout' || reason === 'shutdown' || reason === 'elsewhere' ? reason : 'client'
}

function missingDelta(event: TurnEvent, streamed: Set<string>): TurnEvent | undefined {
  if (event.type !== 'item.completed') return undefined
  const { item } = event
  if (item.type !== 'agent_message' && item.type !== 'reasoning') return undefined
  if (streamed.has(item.id) || item.text === '') return undefined
  const { id, type, text } = item
  const phase = type === 'agent_message' && item.phase ? { phase: item.phase } : undefined
  return { type: 'item.delta', item_id: id, item_type: type, delta: text, ...phase }
}
