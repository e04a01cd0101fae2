import { openSse } from '../../http/sse.ts'
import { failureFrom } from '../../http/outcome.ts'
import type { SseStream } from '../../http/sse.ts'
import type { GatewayContext } from '../../http/state.ts'
import { GatewayError } from '../../turn/error.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Usage } from '../../turn/usage.ts'
import type { ResponseEvents } from './events.ts'
import type { ResponseEvent } from './output-item.ts'

/** Takes an event; a promise asks to wait until there is room for more. */
type Say = (event: ResponseEvent) => Promise<void> | undefined

/** Answers with one object: the one that a stream would have ended with. */
export async function answerWhole(ctx: GatewayContext, turn: AsyncIterable<TurnEvent>, events: ResponseEvents): Promise<void> {
  const usage = await told(turn, events, () => undefined)
  events.complete(usage)
  ctx.body = events.resource()
}

/** Answers with a stream of events. A failure is told in the stream. */
export async function answerStreamed(ctx: GatewayContext, turn: AsyncIterable<TurnEvent>, events: ResponseEvents, silenceMs?: number): Promise<void> {
  const encode = encoder()
  await using stream = openSse(ctx, { keepAlive: () => encode(events.keepAlive()), keepAliveEvent: 'response.in_progress', ...(silenceMs && { silenceMs }) })
  const say = (event: ResponseEvent) => stream.send(encode(event), event.type)
  for (const event of events.opening) void say(event)
  await ended(stream, turn, events, say)
}

async function ended(stream: SseStream, turn: AsyncIterable<TurnEvent>, events: ResponseEvents, say: Say): Promise<void> {
  let last: readonly ResponseEvent[]
  try {
    last = events.complete(await told(turn, events, say))
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    last = events.fail(error)
  }
  for (const event of last) void say(event)
  await stream.end()
}

/** Says what a turn puts out, up to its end. Throws the `GatewayError` of one that failed. */
async function told(turn: AsyncIterable<TurnEvent>, events: ResponseEvents, say: Say): Promise<Usage | undefined> {
  for await (const event of turn) {
    if (isTurnEnd(event)) {
      const failure = failureFrom(event)
      if (failure) throw failure
      return event.usage
    }
    for (const said of events.hear(event)) {
      const room = say(said)
      if (room) await room
    }
  }
  return undefined
}

/** Numbers a stream's events. */
function encoder(): (event: ResponseEvent) => string {
  let next = 0
  return ({ type, ...rest }) => JSON.stringify({ type, sequence_number: next++, ...rest })
}
