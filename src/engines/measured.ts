import type { Engine } from '../turn/engine.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEnd, TurnEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'

/** What a turn came to. Times in ms since it was asked for; those of what never came are left out. */
export interface MeasuredTurn {
  engine: string
  end: TurnEnd['type']
  /** The error's code, or why it was interrupted. */
  cause?: string
  queuedMs?: number
  firstTextMs?: number
  totalMs: number
  usage?: Usage
}

/** Tells `observe` of each turn, once, when it is over. */
export function measured(engine: Engine, observe: (turn: MeasuredTurn) => void): Engine {
  return {
    ...engine,
    async *run(request, signal) {
      const asked = performance.now()
      const turn = begun(engine, request)
      try {
        for await (const event of engine.run(request, signal)) {
          if (event.type !== 'item.delta') note(turn, event)
          else if (turn.firstTextMs === undefined && event.item_type === 'agent_message')
            turn.firstTextMs = performance.now() - asked
          yield event
        }
      } finally {
        turn.totalMs = performance.now() - asked
        observe(turn)
      }
    }
  }
}

/** A turn whose loop is left early has no end of its own: whoever left it was its client. */
function begun(engine: Engine, request: TurnRequest): MeasuredTurn {
  return { engine: engine.nameFor?.(request) ?? engine.name, end: 'turn.interrupted', cause: 'client', totalMs: 0 }
}

function note(turn: MeasuredTurn, event: TurnEvent): void {
  if (event.type === 'turn.admitted') turn.queuedMs = event.queued_ms
  if (!isTurnEnd(event)) return
  turn.end = event.type
  turn.cause = causeOf(event)
  if (event.usage) turn.usage = event.usage
}

function causeOf(end: TurnEnd): string | undefined {
  switch (end.type) {
    case 'turn.completed':
      return undefined
    case 'turn.failed':
      return end.error.code
    case 'turn.interrupted':
      return end.reason
  }
}
