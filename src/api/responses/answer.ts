import { openSse } from '../../http/answer/sse.ts'
import type { GatewayContext } from '../../http/state.ts'
import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import type { Beside } from '../../store/commit.ts'
import { GatewayError } from '../../turn/error.ts'
import { emitTurn } from '../emit.ts'
import type { Emit, Ending } from '../emit.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Order } from './background/order.ts'
import type { ResponseEvents } from './events.ts'
import type { ResponseEvent } from './event.ts'
import type { ResponseResource } from './resource.ts'

/** How a response is stored: whether for the first time, and while it is not over, who makes it, and what it takes to make it later. */
export interface StoreOptions {
  isNew?: boolean | undefined
  worker?: string | undefined
  order?: Order | undefined
  /** Writes more in the same transaction. */
  beside?: Beside | undefined
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
