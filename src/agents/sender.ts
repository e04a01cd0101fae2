import type { MessageChecks } from '../threads/turn-order.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { TurnReport } from '../turn/report.ts'
import type { TurnRequest } from '../turn/request.ts'

/** What a message comes with. */
export interface Sender extends MessageChecks {
  /** The id of the API key that it was sent with: what its turn uses counts for that. */
  key?: string | undefined
  /** Passes the events of a turn through, to report on it. */
  report?: (events: AsyncIterable<TurnEvent>, request: TurnRequest, report: TurnReport) => AsyncIterable<TurnEvent>
}
