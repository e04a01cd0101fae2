import type { TurnRequest } from '../../turn/request.ts'
import { rendezvous, rootOf } from './affinity.ts'
import type { CallPlaces } from './affinity.ts'
import type { WorkerBeat } from '../../wire/messages.ts'
import type { Roster } from './roster.ts'

/**
 * The worker to offer a turn to: the one that has its thread, the one where a turn waits for the results it brings, or the one
 * of its conversation. Undefined where that one takes no turns.
 */
export function fittingWorker(request: TurnRequest, roster: Roster, calls: CallPlaces): string | undefined {
  const usable = roster.usable().filter((beat) => hasWorkspace(beat, request))
  const thread = request.thread?.kind === 'new' ? undefined : request.thread?.worker
  const wanted = thread ?? calls.of(request)
  if (wanted !== undefined && usable.some(({ worker }) => worker === wanted)) return wanted
  return rendezvous(rootOf(request), usable)?.worker
}

/** The workers that alone have the workspace of a turn; undefined where all that take turns have it. */
export function onlyWorkers(request: TurnRequest, roster: Roster): string[] | undefined {
  const usable = roster.usable()
  const fit = usable.filter((beat) => hasWorkspace(beat, request))
  return fit.length === usable.length ? undefined : fit.map(({ worker }) => worker)
}

/** One that names none makes whichever it is asked for. */
const hasWorkspace = ({ workspaces }: Pick<WorkerBeat, 'workspaces'>, { workspace }: TurnRequest) =>
  workspace === undefined || workspaces === undefined || workspaces.includes(workspace)
