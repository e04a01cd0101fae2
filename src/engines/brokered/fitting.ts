import type { TurnRequest } from '../../turn/request.ts'
import { rendezvous, rootOf } from './affinity.ts'
import type { CallPlaces } from './affinity.ts'
import type { Roster } from './roster.ts'

/**
 * The worker to offer a turn to: the one that has its thread, the one where a turn waits for the results it brings, or the one
 * of its conversation. Undefined where that one takes no turns.
 */
export function fittingWorker(request: TurnRequest, roster: Roster, calls: CallPlaces): string | undefined {
  const usable = roster.usable()
  const thread = request.thread?.kind === 'new' ? undefined : request.thread?.worker
  const wanted = thread ?? calls.of(request)
  if (wanted !== undefined && usable.some(({ worker }) => worker === wanted)) return wanted
  return rendezvous(rootOf(request), usable)?.worker
}
