import { isTurnEnd } from '../turn/event.ts'
import type { TurnCompleted, TurnEvent } from '../turn/event.ts'
import { failureFrom } from '../turn/outcome.ts'

/** How an answer ended. `usage` is what the turn used, where that is known. */
export type Ending = Omit<TurnCompleted, 'type'>

/** Takes one piece of an answer; a promise asks to wait until there is room for more. */
export type Emit<Piece> = (piece: Piece) => Promise<void> | undefined

/** What makes pieces of an answer out of a turn's events. */
export interface Translation<Piece> {
  translate: (event: TurnEvent) => readonly Piece[]
  /** A stop sequence has come: the rest of the turn is not part of the answer, and may fail. */
  readonly stopped?: boolean
}

/**
 * Emits a turn as pieces of an answer, up to its end. Throws the `GatewayError` of a
 * turn that failed. `cut` is called once, when the rest of the turn is not wanted.
 */
export async function emitTurn<Piece>(
  events: AsyncIterable<TurnEvent>,
  answer: Translation<Piece>,
  emit: Emit<Piece>,
  cut: () => void = () => {}
): Promise<Ending> {
  let isCut = false
  for await (const event of events) {
    if (isTurnEnd(event)) {
      const failure = failureFrom(event)
      if (failure && !answer.stopped) throw failure
      return event.type === 'turn.completed' ? event : { usage: event.usage }
    }
    for (const piece of answer.translate(event)) {
      const room = emit(piece)
      if (room) await room
    }
    if (answer.stopped && !isCut) {
      isCut = true
      cut()
    }
  }
  return {}
}
