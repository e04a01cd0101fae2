import { errorAnswerFrom } from '../../openai/errors.ts'
import { openSse } from '../../http/answer/sse.ts'
import type { SseStream } from '../../http/answer/sse.ts'
import type { GatewayContext } from '../../http/state.ts'
import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import { chatUsageFrom } from '../../openai/usage.ts'
import { GatewayError } from '../../turn/error.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Usage } from '../../turn/usage.ts'
import { emitTurn } from '../emit.ts'
import type { Emit } from '../emit.ts'
import { chatChunks } from './chunks.ts'
import type { AnswerHead, ChatChunks } from './chunks.ts'
import { completionFold } from './completion.ts'
import { openingDelta } from './deltas.ts'
import type { ChatDelta, ChatDeltas, FinishReason } from './deltas.ts'

/** An answer that is being made. */
export interface Answer {
  head: AnswerHead
  deltas: ChatDeltas
  /** Ends the turn, because the rest of it is not wanted. */
  cut: () => void
}

export interface StreamOptions extends Waiting {
  includeUsage: boolean
}

/** Answers with one object: the fold of the deltas that a stream would have. */
export async function answerJson(
  ctx: GatewayContext,
  events: AsyncIterable<TurnEvent>,
  { head, deltas, cut }: Answer,
  waiting?: Waiting
): Promise<void> {
  const fold = completionFold()
  const make = async () => {
    const { finishReason, usage } = await emitAnswer(events, deltas, fold.add, cut)
    return fold.completion(head, finishReason, usage)
  }
  await answerWhenReady(ctx, make, waiting)
}

/** Answers with a stream of chunks. A failure is sent in the stream, which then ends without a last chunk: a clean end would look complete. */
export async function answerStreamed(
  ctx: GatewayContext,
  events: AsyncIterable<TurnEvent>,
  answer: Answer,
  options: StreamOptions
): Promise<void> {
  const chunks = chatChunks(answer.head)
  await using stream = openSse(ctx, { ...options, keepAlive: () => chunks.keepAlive })
  void stream.send(chunks.delta(openingDelta))
  try {
    await streamed(stream, chunks, events, answer, options)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    await stream.end(JSON.stringify(errorAnswerFrom(error, true).body))
  }
}

async function streamed(
  stream: SseStream,
  chunks: ChatChunks,
  events: AsyncIterable<TurnEvent>,
  { deltas, cut }: Answer,
  { includeUsage }: StreamOptions
): Promise<void> {
  const { finishReason, usage } = await emitAnswer(events, deltas, (delta) => stream.send(chunks.delta(delta)), cut)
  void stream.send(chunks.finish(finishReason))
  if (includeUsage) void stream.send(chunks.usage(chatUsageFrom(usage)))
  await stream.end('[DONE]')
}

/** Emits a turn's answer delta by delta. `usage` is unknown where the turn had to be cut off. Throws the `GatewayError` of a turn that failed. */
async function emitAnswer(
  events: AsyncIterable<TurnEvent>,
  deltas: ChatDeltas,
  emit: Emit<ChatDelta>,
  cut: () => void
): Promise<{ finishReason: FinishReason; usage: Usage | undefined }> {
  const usage = await emitTurn(events, deltas, emit, cut)
  const { deltas: rest, finishReason } = deltas.finish()
  for (const delta of rest) await emit(delta)
  return { finishReason, usage }
}
