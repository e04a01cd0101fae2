import { randomUUID } from 'node:crypto'
import type { Middleware, ParameterizedContext } from 'koa'
import { anonymous } from '../access/principal.ts'
import type { Principal } from '../access/principal.ts'
import { onlyWorkspace } from '../access/workspaces.ts'
import type { OfferedWorkspace } from '../access/workspaces.ts'
import type { TurnListener } from '../turn/listener.ts'
import type { TurnReport } from '../turn/report.ts'
import type { StillValid } from './door/verdict.ts'
import type { Lifetimes } from '../turn/lifetimes.ts'

/** What a request carries in `ctx.state`. */
export interface RequestState {
  /** `req_…`, on every answer and every log line. */
  id: string
  /** Who calls. */
  principal: Principal
  /** Whether its token, or its login, is still valid. */
  isStillValid?: StillValid | undefined
  /** Where its turns run, and what it stores belongs. */
  workspace: OfferedWorkspace
  /** The id of a workspace that its path begins with, unchecked. */
  workspaceInPath?: string | undefined
  /** The header for the milliseconds an answer took; none when left out. */
  timeHeader?: string
  /** `performance.now()` when the request came. */
  startedAt: number
  /** The path without parameters by which it was routed at once. */
  route?: string
  /** The model as the client called it; an API sets it, the access log shows it. */
  model?: string
  /** What is known of its turns, in the order in which they began; most requests have one. */
  turns?: TurnReport[]
  /** Its turn goes on when it has been answered, until this resolves. It never rejects. */
  background?: Promise<unknown>
  /** Its headers and blanks went out before there was an answer. */
  openedEarly?: boolean
  /** It has its complete answer, though the connection is still being emptied. */
  answered?: boolean
  /** Its reader took nothing for too long. */
  stalled?: boolean
  /** Where turns end with the gateway; without it they end with the connection alone. */
  lifetimes?: Lifetimes
  lifetime?: AbortSignal
  /** Counts bytes that are about to be read from storage for this request; throws where there is no memory for them. Set when its body has been read. */
  reserve?: (bytes: number) => void
  listener?: TurnListener | undefined
}

export type GatewayContext = ParameterizedContext<RequestState>
export type GatewayMiddleware = Middleware<RequestState>

/** The first middleware of all: gives the request its id and what the gateway passes to every request. */
export function begin(shared: Pick<RequestState, 'lifetimes' | 'listener' | 'timeHeader'> = {}): GatewayMiddleware {
  return (ctx, next) => {
    ctx.state = {
      id: `req_${randomUUID().replaceAll(/-/g, '')}`,
      principal: anonymous,
      workspace: onlyWorkspace,
      startedAt: performance.now(),
      ...shared
    }
    ctx.res.setHeader('x-request-id', ctx.state.id)
    ctx.res.on('timeout', () => stall(ctx))
    return next()
  }
}

/** Only `limitStall` emits `timeout`. */
function stall(ctx: GatewayContext): void {
  ctx.state.stalled = true
  ctx.res.destroy()
}
