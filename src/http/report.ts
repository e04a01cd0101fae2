import type { ErrorCode } from '../turn/error.ts'
import type { TurnEnd, TurnEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'
import type { GatewayContext } from './state.ts'

/** What is known of a request's turn: for the access log, the `x-codex-*` headers and the advice on retrying. Times in ms since the request came. */
export interface TurnReport {
  engine?: string
  threadId?: string
  turnId?: string
  /** It has a slot. */
  admitted: boolean
  /** Codex may have acted. */
  started: boolean
  queuedMs?: number
  firstTextMs?: number
  end?: TurnEnd['type']
  /** The error's code, or why the turn was interrupted. */
  cause?: ErrorCode | 'client' | 'timeout' | 'shutdown' | 'elsewhere'
  usage?: Usage
}

/** Passes a turn's events through and notes in `ctx.state.turn` what came of it. `request` is shown in the debug log. */
export async function* reported(
  events: AsyncIterable<TurnEvent>,
  ctx: GatewayContext,
  request?: TurnRequest
): AsyncGenerator<TurnEvent, void, void> {
  const { id, startedAt, listener } = ctx.state
  const report: TurnReport = (ctx.state.turn = { admitted: false, started: false })
  if (request) listener?.asked(id, request)
  for await (const event of events) {
    if (event.type !== 'item.delta') note(report, event)
    else if (report.firstTextMs === undefined && event.item_type === 'agent_message')
      report.firstTextMs = performance.now() - startedAt
    listener?.heard(id, event)
    yield event
  }
}

function note(report: TurnReport, event: TurnEvent): void {
  report.admitted = true
  switch (event.type) {
    case 'turn.admitted':
      report.engine = event.engine
      report.queuedMs = event.queued_ms
      return
    case 'thread.started':
      report.threadId = event.thread_id
      return
    case 'turn.started':
      report.started = true
      report.turnId = event.turn_id
      return
    case 'turn.completed':
    case 'turn.failed':
    case 'turn.interrupted':
      noteEnd(report, event)
      return
    default:
      report.started = true
  }
}

function noteEnd(report: TurnReport, end: TurnEnd): void {
  report.end = end.type
  if (end.type === 'turn.failed') report.cause = end.error.code
  if (end.type === 'turn.interrupted') report.cause = end.reason
  if (end.usage) report.usage = end.usage
}
