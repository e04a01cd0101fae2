import { openSse } from '../../http/answer/sse.ts'
import type { SseStream } from '../../http/answer/sse.ts'
import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import type { GatewayContext } from '../../http/state.ts'
import type { TurnView } from '../../threads/turn-view.ts'
import { GatewayError } from '../../turn/error.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEnd, TurnEvent } from '../../turn/event.ts'
import { failureFrom } from '../../turn/outcome.ts'
import { errorBodyFrom } from '../app-server-errors.ts'

/** A turn whose events are still to be read, and what is known of it then. */
export interface TurnUnderWay {
  events: AsyncIterable<TurnEvent>
  /** The turn as codex ended it; undefined where codex did not. */
  ended: () => TurnView | undefined
  /** The turn as far as it has come; undefined before it has begun. */
  view: () => TurnView | undefined
}

/** Takes one of app-server's notifications as JSON; a promise asks to wait. */
export type OnFrame = (frame: string) => Promise<void> | undefined

/** Answers with the turn when it is over. Throws the error of one that codex did not come to end. */
export async function answerEnded(
  ctx: GatewayContext,
  begin: () => TurnUnderWay,
  bodyOf: (turn: TurnView) => object,
  waiting?: Waiting
): Promise<void> {
  await answerWhenReady(ctx, async () => bodyOf(await finishedTurn(begin())), waiting)
}

/** Reads a turn to its end. One that failed in codex is an outcome, with its error in it; one that codex did not end is an error. */
export async function finishedTurn({ events, ended, view }: TurnUnderWay): Promise<TurnView> {
  let end: TurnEnd | undefined
  for await (const event of events) if (isTurnEnd(event)) end = event
  const last = ended()
  const failure = end && failureFrom(end)
  const isOurs = end?.type === 'turn.interrupted' && end.reason !== 'elsewhere'
  if (last && !isOurs) return last
  if (failure) throw failure
  const cut = view()
  if (cut === undefined) throw new GatewayError('upstream_error', 'Codex did not begin the turn.')
  return { ...cut, status: 'interrupted' } // the gateway cut the answer off
}

/**
 * Streams a turn: each notification of app-server about it, as data. Headers go out with the first, so that a turn which does not begin
 * has its status. A failure later is sent as data, too.
 */
export async function answerStreamed(
  ctx: GatewayContext,
  begin: (onFrame: OnFrame) => TurnUnderWay,
  { keepAliveStyle, silenceMs }: Waiting = {}
): Promise<void> {
  let stream: SseStream | undefined
  const open = () =>
    (stream ??= openSse(ctx, {
      keepAlive: () => '',
      keepAliveStyle: keepAliveStyle === 'off' ? 'off' : 'comment',
      ...(silenceMs !== undefined && { silenceMs })
    }))
  try {
    await finishedTurn(begin((frame) => open().send(frame)))
    await open().end()
  } catch (error) {
    if (stream === undefined) throw error
    if (error instanceof GatewayError) await stream.end(JSON.stringify(errorBodyFrom(error)))
    else throw error
  } finally {
    await stream?.[Symbol.asyncDispose]()
  }
}
