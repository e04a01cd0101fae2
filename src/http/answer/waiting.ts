import { keepAliveMs } from './sse.ts'
import type { KeepAliveStyle } from './sse.ts'
import type { GatewayContext } from '../state.ts'
import { answerHeaders } from './headers.ts'

/** How clients and proxies tell a long wait from a lost connection. Times in milliseconds. */
export interface Waiting {
  /** What a stream sends when it has no event to send. */
  keepAliveStyle?: KeepAliveStyle
  /** How long it waits before that; 15 s when left out. */
  silenceMs?: number
  /** After this an answer that is not streamed sends its headers and blanks; never when left out or 0. */
  earlyMs?: number
}

/**
 * Answers with the object that `create` resolves to. When that takes longer than `earlyMs`, the headers go out before it, then a blank
 * every `silenceMs`; JSON may begin with blanks, and each restarts the read timeouts. The status is 200 by then, so `failures` can only
 * put the error into the body.
 */
export async function answerWhenReady(
  ctx: GatewayContext,
  create: () => Promise<unknown>,
  { earlyMs = 0, silenceMs = keepAliveMs }: Waiting = {}
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const blank = () => void (ctx.res.destroyed || ctx.res.write('\n'))
  const open = () => {
    openEarly(ctx)
    blank()
    timer = setInterval(blank, silenceMs)
  }
  if (earlyMs > 0) timer = setTimeout(open, earlyMs)
  try {
    const result = await create()
    if (ctx.state.openedEarly) ctx.res.end(JSON.stringify(result))
    else ctx.response.body = result
  } finally {
    clearInterval(timer)
  }
}

function openEarly(ctx: GatewayContext): void {
  ctx.state.openedEarly = true
  ctx.respond = false
  ctx.status = 200
  ctx.set({ 'content-type': 'application/json; charset=utf-8', 'x-accel-buffering': 'no' })
  answerHeaders(ctx)
  ctx.flushHeaders()
}
