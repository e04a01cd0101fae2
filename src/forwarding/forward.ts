import type { ServerResponse } from 'node:http'
import { answerHeaders } from '../http/answer/headers.ts'
import { limitStall } from '../http/answer/stall.ts'
import { hasBody } from '../http/body/presence.ts'
import type { ApiContext, Operation } from '../http/api.ts'
import { lifetime } from '../http/lifetime.ts'
import { watchValidity } from '../http/token-life.ts'
import { workspaceHeader } from '../access/workspaces.ts'
import type { Mail } from '../broker/broker.ts'
import { GatewayError, shuttingDown } from '../turn/error.ts'
import { newReport } from '../turn/report.ts'
import type { AnswerPart, ForwardedRequest } from '../wire/exchange.ts'
import type { Subjects } from '../wire/subjects.ts'
import { requestHeaders } from './headers.ts'
import type { Homes } from './homes.ts'
import { Line } from './line.ts'

export interface ForwarderOptions {
  /** The front end. */
  front: string
  mail: Mail
  subjects: Subjects
  homes: Homes
}

/** Milliseconds: for a client that takes nothing of its answer, and between two signs to the worker that it is still there. */
const [stallMs, stayMs] = [30_000, 2_000]

/** Has requests answered by the worker that has their owner's threads and sessions. */
export function forwarder({ front, mail, subjects, homes }: ForwarderOptions): Operation['handle'] {
  return async (ctx) => {
    const { principal, workspace, isStillValid } = ctx.state
    const reads = ctx.method === 'GET' || ctx.method === 'HEAD'
    const signal = lifetime(ctx, () => !reads) // what reads can be read at another front end when this one stops
    const worker = await homes.of(principal.id, workspace.id)
    const line = new Line({ front, mail, subject: subjects.worker(worker), worker })
    const leave = () => line.leave()
    signal.addEventListener('abort', leave, { once: true })
    using _ = watchValidity(isStillValid, () => line.tokenEnded())
    try {
      if (signal.aborted) throw shuttingDown()
      await line.open(requestFrom(ctx))
      void sendBody(ctx, line)
      await passOn(line.answer(), line, ctx)
      if (signal.aborted && !ctx.headerSent) throw shuttingDown()
    } catch (error) {
      const mayHaveActed = !reads && error instanceof GatewayError && error.reason === 'worker_lost'
      if (mayHaveActed) ctx.state.turns = [{ ...newReport(), acted: true }]
      throw error
    } finally {
      signal.removeEventListener('abort', leave)
      line.leave()
    }
  }
}

function requestFrom({ method, url, req, state }: ApiContext): ForwardedRequest {
  const { principal: caller, workspaceInPath } = state
  const headers = requestHeaders(req.headers)
  if (workspaceInPath !== undefined) headers[workspaceHeader] = workspaceInPath
  return { method, url, headers, caller: caller as ForwardedRequest['caller'], hasBody: hasBody(req) }
}

/** The worker counts what it reads; here is one piece of it at a time. */
async function sendBody({ req, res }: ApiContext, line: Line): Promise<void> {
  if (!hasBody(req)) return
  if (req.headers.expect !== undefined) res.writeContinue()
  let index = 0
  try {
    for await (const piece of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
      if (!(await line.send(index++, piece, false))) return
    await line.send(index, Buffer.alloc(0), true)
  } catch {
    line.leave() // the client is gone, or sends no more
  } finally {
    req.resume() // what nobody wants stands before the next request on its connection
  }
}

async function passOn(parts: AsyncIterable<AnswerPart>, line: Line, ctx: ApiContext): Promise<void> {
  const { res } = ctx
  for await (const { head, data, end } of parts) {
    if (end === 'cut' && head === undefined && !res.headersSent) throw unanswered()
    if (head) begin(ctx, head)
    const bytes = Buffer.from(data ?? '', 'base64')
    if (bytes.length > 0 && !res.write(bytes)) await taken(res, line)
    if (end === 'cut') res.destroy()
    if (end === 'done') res.end()
    else if (head && bytes.length === 0) res.flushHeaders() // of an event stream that has no event yet
  }
  if (res.writableEnded || !res.headersSent) return
  if (ctx.response.is('text/event-stream')) res.end() // this front end stops, and clients come again
  else res.destroy()
}

function begin(ctx: ApiContext, { status, headers }: NonNullable<AnswerPart['head']>): void {
  ctx.status = status
  ctx.set(headers as Record<string, string>)
  answerHeaders(ctx)
  ctx.res.strictContentLength = true // what follows on the connection is another's
  ctx.respond = false
}

/** Resolves when the client has taken something, or is gone. */
async function taken(res: ServerResponse, line: Line): Promise<void> {
  if (res.destroyed) return
  const unlimit = limitStall(res, stallMs)
  const stay = setInterval(() => line.stay(), stayMs)
  await new Promise<void>((resolve) => {
    const done = () => resolve(void res.off('drain', done).off('close', done))
    res.on('drain', done).on('close', done)
  })
  clearInterval(stay)
  unlimit()
}

const unanswered = () =>
  new GatewayError('engine_stopped', 'The worker broke off before it had answered.', { reason: 'worker_lost' })
