import type { TurnEvent } from '../turn/event.ts'
import type { TurnListener } from '../turn/listener.ts'
import { newReport, observed } from '../turn/report.ts'
import type { TurnReport } from '../turn/report.ts'
import type { TurnRequest } from '../turn/request.ts'
import { usageTotal } from '../turn/usage.ts'
import type { RequestState } from './state.ts'

/** A request, or one whose turn goes on after a restart of the gateway. */
export interface ReportedRequest {
  state: Pick<RequestState, 'id' | 'startedAt' | 'turns' | 'listener'>
}

/**
 * Passes a turn's events through and adds its report to those of the request, for the access log, the `x-codex-*` headers and the
 * advice on retrying. `report` counts from when the request came. `request` is shown in the debug log.
 */
export function reported(
  events: AsyncIterable<TurnEvent>,
  ctx: ReportedRequest,
  request?: TurnRequest,
  report: TurnReport = newReport(ctx.state.startedAt)
): AsyncIterable<TurnEvent> {
  const { id, listener } = ctx.state
  ;(ctx.state.turns ??= []).push(report)
  if (request) listener?.onRequest(id, request)
  const all = observed(events, report)
  return listener ? listened(all, id, listener) : all
}

async function* listened(
  events: AsyncIterable<TurnEvent>,
  id: string,
  listener: TurnListener
): AsyncGenerator<TurnEvent, void, void> {
  for await (const event of events) {
    listener.onEvent(id, event)
    yield event
  }
}

/** The turns of one request as if they were one: how the last one ended, the first text of all, all waiting and all tokens together. */
export function combinedReport(turns: readonly TurnReport[] = []): TurnReport | undefined {
  const last = turns.at(-1)
  if (!last || turns.length === 1) return last
  const firstTextMs = turns.find((turn) => turn.firstTextMs !== undefined)?.firstTextMs
  const waits = turns.flatMap(({ queuedMs }) => queuedMs ?? [])
  const usage = usageTotal(turns.map((turn) => turn.usage))
  const unknown = turns.reduce((sum, { unknownResponses = 0 }) => sum + unknownResponses, 0)
  return {
    ...last,
    acted: turns.some(({ acted }) => acted),
    ...(firstTextMs !== undefined && { firstTextMs }),
    ...(waits.length > 0 && { queuedMs: waits.reduce((sum, wait) => sum + wait, 0) }),
    ...(usage && { usage }),
    ...(unknown > 0 && { unknownResponses: unknown })
  }
}
