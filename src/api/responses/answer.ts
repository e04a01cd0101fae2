import { openSse } from '../../http/answer/sse.ts'
import type { GatewayContext } from '../../http/state.ts'
import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import { GatewayError } from '../../turn/error.ts'
import { emitTurn } from '../emit.ts'
import type { Emit, Ending } from '../emit.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { ResponseEvents } from './events.ts'
import type { ResponseEvent } from './event.ts'
import type { ResponseResource } from './resource.ts'

/** How a response is stored: whether for the first time, and the mark of the gateway that is still making it. */
export interface StoreOptions {
  isNew?: boolean | undefined
  worker?: string | undefined
}

/** Stores a response, before its client can ask for it. Returns what is to be shown: where it could not be stored it says so itself. */
export type Store = (resource: ResponseResource, options?: StoreOptions) => Promise<ResponseResource>

/** An answer that is being made. */
export interface Answer {
  events: ResponseEvents
  store?: Store | undefined
}

/** Answers with one object: the one that a stream would have ended with. */
export async function answerJson(
  ctx: GatewayContext,
  turn: AsyncIterable<TurnEvent>,
  answer: Answer,
  waiting?: Waiting
): Promise<void> {
  const make = async () =>
    (await completed(answer, await emitTurn(turn, answer.events, () => undefined))).at(-1)?.['response']
  await answerWhenReady(ctx, make, waiting)
}

/** Makes an answer whose request is over, and stores the result. `isCancelled` is called when it failed. */
export async function answerInBackground(
  turn: AsyncIterable<TurnEvent>,
  { events, store }: Answer,
  isCancelled: () => boolean
): Promise<void> {
  try {
    events.complete(await emitTurn(turn, events, () => undefined))
  } catch (error) {
    if (isCancelled()) events.cancel()
    else
      events.fail(
        error instanceof GatewayError
          ? error
          : new GatewayError('internal_error', 'The gateway failed to make this response.')
      )
  }
  await store?.(events.resource(), { isNew: false })
}

/** Answers with a stream of events. A failure is sent in the stream. */
export async function answerStreamed(
  ctx: GatewayContext,
  turn: AsyncIterable<TurnEvent>,
  answer: Answer,
  waiting?: Waiting
): Promise<void> {
  const encode = encoder()
  const { events } = answer
  await using stream = openSse(ctx, {
    ...waiting,
    keepAlive: () => encode(events.keepAlive()),
    keepAliveEvent: 'response.in_progress'
  })
  const emit = (event: ResponseEvent) => stream.send(encode(event), event.type)
  for (const event of events.opening) void emit(event)
  for (const event of await ended(turn, answer, emit)) void emit(event)
  await stream.end()
}

async function ended(
  turn: AsyncIterable<TurnEvent>,
  answer: Answer,
  emit: Emit<ResponseEvent>
): Promise<readonly ResponseEvent[]> {
  try {
    return await completed(answer, await emitTurn(turn, answer.events, emit))
  } catch (error) {
    if (error instanceof GatewayError) return answer.events.fail(error)
    throw error
  }
}

async function completed({ events, store }: Answer, ending: Ending): Promise<readonly ResponseEvent[]> {
  const last = events.complete(ending)
  const resource = events.resource()
  const shown = (await store?.(resource)) ?? resource
  return shown === resource ? last : [...last.slice(0, -1), { ...last.at(-1)!, response: shown }]
}

/** Numbers a stream's events. */
function encoder(): (event: ResponseEvent) => string {
  let next = 0
  return ({ type, ...rest }) => JSON.stringify({ type, sequence_number: next++, ...rest })
}
