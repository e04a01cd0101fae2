import type { Engine } from '../turn/engine.ts'
import { newReport, noteEvent } from '../turn/report.ts'
import type { FinishedTurn, TurnReport } from '../turn/report.ts'

/**
 * Reports each turn to `observe`, once, when it is over. The outermost wrapper: it must also see those that were refused a slot
 * or ran out of time, and its times include the waiting.
 */
export function measured(engine: Engine, observe: (turn: FinishedTurn) => void): Engine {
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
        if (report.end === undefined) Object.assign(report, leftEarly)
        report.engine ??= engine.nameFor?.(request) ?? engine.name
        const principal = request.owner ?? 'anonymous'
        observe(Object.assign(report as Ended, { principal, totalMs: performance.now() - report.askedAt }))
      }
    }
  }
}

type Ended = TurnReport & Pick<FinishedTurn, 'end' | 'engine'>

/** A turn whose loop is left early has no end of its own: its client left. */
const leftEarly: Pick<Ended, 'end' | 'cause'> = { end: 'turn.interrupted', cause: 'client' }
