import { failureFrom } from '../../turn/outcome.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Usage } from '../../turn/usage.ts'
import type { ChatDelta, ChatDeltas, FinishReason } from './deltas.ts'

/** How an answer ended. `usage` is unknown where the turn had to be cut off. */
export interface Finish {
  finishReason: FinishReason
  usage: Usage | undefined
}

/** Takes a delta; a promise asks to wait until there is room for more. */
export type Say = (delta: ChatDelta) => Promise<void> | undefined

/**
 * Says a turn's answer delta by delta. Throws the `GatewayError` of a turn that failed.
 * `cut` is called once, when a stop sequence has come and the rest of the turn is not wanted.
 */
export async function told(
  events: AsyncIterable<TurnEvent>,
  deltas: ChatDeltas,
  say: Say,
  cut: () => void
): Promise<Finish> {
  let usage: Usage | undefined
  let isCut = false
  for await (const event of events) {
    if (isTurnEnd(event)) {
      const failure = failureFrom(event)
      if (failure && !deltas.stopped) throw failure
      usage = event.usage
      break
    }
    for (const delta of deltas.hear(event)) {
      const room = say(delta)
      if (room) await room
    }
    if (deltas.stopped && !isCut) {
      isCut = true
      cut()
    }
  }
  const { deltas: rest, finishReason } = deltas.finish()
  for (const delta of rest) await say(delta)
  return { finishReason, usage }
}
