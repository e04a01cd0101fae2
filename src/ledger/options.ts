import type { Store } from '../store/store.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Calendar } from './calendar.ts'
import type { LedgerClock } from './clock.ts'

export interface LedgerOptions {
  store: Store
  calendar: Calendar
  /** The model that a turn runs which names none. */
  modelOf: (request: Pick<TurnRequest, 'model' | 'workspace'>) => string
  /** Whether the API key that asks for a turn may run its model; each may when left out. */
  mayRun?: ((request: TurnRequest) => boolean) | undefined
  clock?: LedgerClock | undefined
  /** Whether what was not reported uses up limits. */
  countsUncertain?: boolean | undefined
  /** Days for which single turns are stored; for ever when left out. */
  keepDays?: number | undefined
}
