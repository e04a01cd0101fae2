import type { Engine } from '../turn/engine.ts'
import type { TurnEnd } from '../turn/event.ts'
import { newReport, noteEvent } from '../turn/report.ts'
import type { TurnReport } from '../turn/report.ts'

/** A turn that is over. */
export interface MeasuredTurn extends TurnReport {
  engine: string
  end: TurnEnd['type']
  /** The id of the principal it ran for. */
  principal: string
  /** Milliseconds from when it was asked for to its end. */
  totalMs: number
}

/**
 * Reports each turn to `observe`, once, when it is over. The outermost wrapper: it must see those too that were refused a slot
 * or ran out of time, and its times include the waiting.
 */
export function measured(engine: Engine, observe: (turn: MeasuredTurn) => void): Engine {
  return {
    ...engine,
    async *run(request, signal) {
      const report = newReport()
      try {
        for await (const event of engine.run(request, signal)) {
          noteEvent(report, event)
          yield event
        }
      } finally {
        const name = report.engine ?? engine.nameFor?.(request) ?? engine.name
        const principal = request.client ?? 'anonymous'
        observe({ ...ended(report), engine: name, principal, totalMs: performance.now() - report.askedAt })
      }
    }
  }
}

/** A turn whose loop is left early has no end of its own: its client left. */
function ended(report: TurnReport): TurnReport & { end: TurnEnd['type'] } {
  const { end } = report
  return end === undefined ? { ...report, end: 'turn.interrupted', cause: 'client' } : { ...report, end }
}
