import { onlyWorkspace } from '../access/workspaces.ts'
import { routeOf } from './door/paths.ts'
import { combinedReport } from './report.ts'
import type { ReportedRequest } from './report.ts'
import type { GatewayContext, GatewayMiddleware, RequestState } from './state.ts'

/** How one request ended. It contains ids, numbers and names from closed lists, and `model`, which the client chose. */
export interface AccessRecord {
  id: string
  method: string
  /** The pattern, never the path itself. */
  route: string | undefined
  /** 499: the client left. */
  status: number
  /** The name of its principal. */
  principal: string
  ms: number
  /** The id of its workspace, where that is not `default`. */
  workspace?: string
  model?: string
  engine?: string | undefined
  turn?: string | undefined
  cause?: string | undefined
  queue_ms?: number | undefined
  first_text_ms?: number | undefined
  tokens_in?: number | undefined
  tokens_out?: number | undefined
  /** Requests to the model whose tokens are unknown, beside those of `tokens_in` and `tokens_out`. */
  responses_unknown?: number | undefined
}

/** Calls `log` once for every request, when it is over, however it ended; `logBackground` for a turn that went on without its request, when that is over. */
export function access(
  log: (record: AccessRecord) => void,
  logBackground: (record: AccessRecord) => void
): GatewayMiddleware {
  return (ctx, next) => {
    ctx.res.once('close', () => {
      const { background } = ctx.state
      log(background ? requestOf(ctx) : recordOf(ctx))
      void background?.then(() => logBackground(recordOf(ctx)))
    })
    return next()
  }
}

/** A request whose turn went on after a restart of the gateway, when that is over. */
export function resumedRecord(
  { state }: ReportedRequest,
  request: Pick<AccessRecord, 'route' | 'principal' | 'model'> & { workspace: string }
): AccessRecord {
  const { workspace, ...rest } = request
  return {
    ...{ id: state.id, method: 'POST', status: 200, ms: round(performance.now() - state.startedAt) },
    ...rest,
    ...(workspace !== onlyWorkspace.id && { workspace }),
    ...turnOf(state.turns)
  }
}

function requestOf(ctx: GatewayContext): AccessRecord {
  const { id, principal, workspace, startedAt, model, answered, stalled } = ctx.state
  const left = stalled || (!ctx.res.writableFinished && !answered) // a destroyed response may call itself finished
  const record: AccessRecord = {
    id,
    method: ctx.request.method,
    route: routeOf(ctx),
    status: left ? 499 : ctx.res.statusCode,
    principal: principal.name,
    ms: round(performance.now() - startedAt)
  }
  if (workspace.id !== onlyWorkspace.id) record.workspace = workspace.id
  if (model !== undefined) record.model = model
  if (stalled) record.cause = 'client_stalled'
  return record
}

function recordOf(ctx: GatewayContext): AccessRecord {
  const record = requestOf(ctx)
  const { cause } = record
  return Object.assign(record, turnOf(ctx.state.turns), cause !== undefined && { cause })
}

/** What is known of a request's turns. */
function turnOf(turns: RequestState['turns']): Partial<AccessRecord> | undefined {
  const turn = combinedReport(turns)
  return (
    turn && {
      engine: turn.engine,
      turn: turn.end,
      cause: turn.cause,
      queue_ms: round(turn.queuedMs),
      first_text_ms: round(turn.firstTextMs),
      tokens_in: turn.usage?.input_tokens,
      tokens_out: turn.usage?.output_tokens,
      responses_unknown: turn.unknownResponses
    }
  )
}

function round(ms: number): number
function round(ms: number | undefined): number | undefined
function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms)
}
