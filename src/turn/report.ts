import type { ErrorCode } from './error.ts'
import type { Cut, InterruptReason, NewTurnReason, TurnEnd, TurnEvent } from './event.ts'
import type { ThreadItem } from './item.ts'
import { mapped } from './mapped.ts'
import { noUsage, usageSum } from './usage.ts'
import type { Usage } from './usage.ts'

/** What is known of one turn so far. Times in milliseconds since `askedAt`; what has not come yet is left out. */
export interface TurnReport {
  /** `performance.now()` when it was asked for. */
  readonly askedAt: number
  engine?: string
  /** The worker it runs on, where there are several. */
  worker?: string
  /** Milliseconds it waited for its slot. */
  queuedMs?: number
  /** It does not wait for a slot any more. */
  admitted: boolean
  /** Codex has acted, by a command, a patch or an MCP tool: to run the turn again could do the same twice. */
  acted: boolean
  threadId?: string
  /** Of a turn that brings results of tool calls: whether the turn of codex that made the calls goes on, or why not. */
  toolResults?: 'resumed' | NewTurnReason
  turnId?: string
  firstTextMs?: number
  end?: TurnEnd['type']
  /** The end of its answer is missing. */
  cut?: Cut
  /** The error's code, or why it was interrupted. */
  cause?: ErrorCode | InterruptReason
  /** Tokens counted so far, of a turn that still runs too; absent where none are known, which is not zero. */
  usage?: Usage
  /** Requests to the model whose tokens are unknown, beside `usage`. */
  unknownResponses?: number
}

/** A turn that is over. */
export interface FinishedTurn extends TurnReport {
  engine: string
  end: TurnEnd['type']
  /** The id of the principal it ran for. */
  principal: string
  /** Milliseconds from when it was asked for to its end. */
  totalMs: number
}

export function newReport(askedAt = performance.now()): TurnReport {
  return { askedAt, admitted: false, acted: false }
}

/** Passes the events of a turn through, and updates `report` from them. */
export function observed(events: AsyncIterable<TurnEvent>, report: TurnReport): AsyncIterable<TurnEvent> {
  return mapped(events, (event) => {
    noteEvent(report, event)
    return [event]
  })
}

/** Updates `report` from one event. */
export function noteEvent(report: TurnReport, event: TurnEvent): void {
  if (event.type === 'turn.queued') return
  report.admitted = event.type !== 'turn.waiting'
  switch (event.type) {
    case 'turn.admitted':
      report.engine = event.engine
      report.queuedMs = event.queued_ms
      if (event.worker !== undefined) report.worker = event.worker
      return
    case 'thread.started':
      report.threadId = event.thread_id
      if (event.tool_results !== undefined) report.toolResults = event.tool_results
      return
    case 'turn.started':
      if (event.turn_id !== undefined) report.turnId = event.turn_id
      return
    case 'turn.completed':
    case 'turn.failed':
    case 'turn.interrupted':
      noteEnd(report, event)
      return
    case 'usage.counted':
      report.usage = usageSum(report.usage ?? noUsage, event.usage)
      return
    case 'usage.unknown':
      report.unknownResponses = (report.unknownResponses ?? 0) + 1
      return
    case 'item.delta':
      if (event.item_type === 'command_execution') report.acted = true
      if (event.item_type === 'agent_message') report.firstTextMs ??= performance.now() - report.askedAt
      return
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      if (!harmless.has(event.item.type)) report.acted = true
      return
    case 'turn.waiting':
    case 'turn.resumes':
    case 'item.discarded':
    case 'text.withheld':
    case 'tool.called': // the client's own, which nobody has called yet
    case 'error':
  }
}

/** Items that change nothing outside of the conversation. An unknown one may. */
const harmless: ReadonlySet<ThreadItem['type']> = new Set([
  'agent_message',
  'reasoning',
  'web_search',
  'todo_list',
  'error'
])

/** Whether it may run again: Codex has done nothing, and given no complete answer that would be paid for twice. */
export function isRepeatable({ acted, end }: TurnReport): boolean {
  return !acted && end !== 'turn.completed'
}

function noteEnd(report: TurnReport, end: TurnEnd): void {
  report.end = end.type
  if (end.type === 'turn.completed' && end.cut) report.cut = end.cut
  if (end.type === 'turn.failed') report.cause = end.error.code
  if (end.type === 'turn.failed' && end.error.reason === 'worker_lost') report.acted = true // nobody knows, and it may have
  if (end.type === 'turn.interrupted') report.cause = end.reason
  if (end.usage) report.usage = end.usage
}
