import type { TurnEvent } from './event.ts'
import type { TurnRequest } from './request.ts'

/**
 * Runs one turn and tells what happens. The contract, held by `contracted`:
 * nothing is thrown; exactly one end, and it comes last; text is heard through `item.delta`;
 * once `signal` aborts or the loop is left early, the work stops and nothing of it is left.
 * `signal.reason` is an `InterruptReason` where the one who aborts knows it.
 */
export type RunTurn = (request: TurnRequest, signal: AbortSignal) => AsyncIterable<TurnEvent>

/** A model the engine can run, from its own catalog. */
export interface CatalogModel {
  id: string
  isDefault: boolean
  /** Runs when named, but is not for menus. */
  hidden?: boolean
}

/** Something that runs turns. The optional members are what only some can do. */
export interface Engine extends AsyncDisposable {
  readonly name: string
  readonly run: RunTurn
  /** Which engine a request would run on, for one that chooses between several. */
  readonly nameFor?: (request: TurnRequest) => string
  /** Removes a thread that was kept; says nothing of one that is not there. */
  readonly forget?: (threadId: string) => Promise<void>
  /** The models the CLI knows, asked once and kept. */
  readonly models?: () => Promise<CatalogModel[]>
}
