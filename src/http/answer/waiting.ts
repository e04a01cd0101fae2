import { keepAliveMs } from './sse.ts'
import type { KeepAliveStyle } from './sse.ts'
import type { GatewayContext } from '../state.ts'
import { answerHeaders } from './headers.ts'

/** How clients and proxies are kept from taking a long wait for a lost connection. Times in milliseconds. */
export interface Waiting {
  /** What a stream says in a silence. */
  keepAliveStyle?: KeepAliveStyle
  /** The silence before that; 15 s when left out. */
  silenceMs?: number
  /** After this an answer that is not streamed sends its headers and blanks; never when left out or 0. */
  earlyMs?: number
}

/**
 * Answers with the object that `make` resolves to. When that takes longer than `earlyMs`, the headers go out before it, then a blank
 * in every silence; JSON may begin with blanks, and every read timeout begins anew. The status is 200 by then, so `failures` can only
 * put the error into the body.
 */
export async function answerWhenMade(
  ctx: GatewayContext,
  make: () => Promise<unknown>,
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
    const made = await make()
    if (ctx.state.openedEarly) ctx.res.end(JSON.stringify(made))
    else ctx.body = made
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
