import { errorAnswerFrom } from '../../openai/errors.ts'
import { untilOutput } from '../../http/answer/first-event.ts'
import { openSse } from '../../http/answer/sse.ts'
import type { SseStream } from '../../http/answer/sse.ts'
import type { GatewayContext } from '../../http/state.ts'
import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import { chatUsageFrom } from '../../openai/usage.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Cutter } from '../../turn/cutoff.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { usageTotal } from '../../turn/usage.ts'
import type { Usage } from '../../turn/usage.ts'
import { addIgnored } from '../accept.ts'
import { emitTurn } from '../emit.ts'
import type { Emit } from '../emit.ts'
import { chatChunks, usageChunk } from './chunks.ts'
import type { AnswerHead, ChatChunks } from './chunks.ts'
import { choiceFold, completionFrom } from './completion.ts'
import type { ChatChoice } from './completion.ts'
import type { StoreCompletion } from './storing.ts'
import { openingDelta } from './deltas.ts'
import type { ChatDelta, ChatDeltas, FinishReason } from './deltas.ts'

/** The turn that makes one choice of an answer. */
export interface ChoiceTurn {
  events: AsyncIterable<TurnEvent>
  deltas: ChatDeltas
  /** Ends the turn when the rest of it is not wanted, where that can be; to be disposed of. */
  cutter: Cutter | undefined
}

/** The choices of an answer: how many, and how to begin the turn of one. They are made one after another, so that a request has one slot. */
export interface Choices {
  count: number
  begin: () => ChoiceTurn
}

export interface AnswerOptions extends Waiting {
  store?: StoreCompletion | undefined
}

export interface StreamOptions extends AnswerOptions {
  includeUsage: boolean
}

/** Answers with one object: the fold of the deltas that a stream would have. */
export async function answerJson(
  ctx: GatewayContext,
  head: AnswerHead,
  { count, begin }: Choices,
  { store, ...waiting }: AnswerOptions = {}
): Promise<void> {
  const make = async () => {
    const choices: ChatChoice[] = []
    const usages: (Usage | undefined)[] = []
    for (let index = 0; index < count; index++) {
      const turn = begin()
      using _cutter = turn.cutter
      const fold = choiceFold()
      const { finishReason, usage } = await emitAnswer(turn, fold.add)
      choices.push(fold.choice(index, finishReason))
      usages.push(usage)
    }
    const completion = completionFrom(head, choices, usageTotal(usages))
    if (store && !(await store(completion))) addIgnored(ctx, 'store')
    return completion
  }
  await answerWhenReady(ctx, make, waiting)
}

/** Answers with a stream of chunks. A failure is sent in the stream, which then ends without a last chunk: a clean end would look complete. */
export async function answerStreamed(
  ctx: GatewayContext,
  head: AnswerHead,
  choices: Choices,
  options: StreamOptions
): Promise<void> {
  const turn = choices.begin()
  using _cutter = turn.cutter
  const first = { ...turn, events: await untilOutput(turn.events) }
  const chunks = chatChunks(head, 0)
  const opening = openingOf(chunks)
  await using stream = openSse(ctx, { ...options, keepAlive: () => opening() ?? chunks.keepAlive })
  try {
    await streamed(stream, head, { ...first, opening }, choices, options)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    sendAny(stream, opening())
    await stream.end(JSON.stringify(errorAnswerFrom(error, true).body))
  }
}

/** The first chunk of a choice, made once: before `next`, where that is known. */
type Opening = (next?: ChatDelta) => string | undefined

function openingOf(chunks: ChatChunks): Opening {
  let isOpen = false
  return (next) => {
    if (isOpen) return undefined
    isOpen = true
    return chunks.delta(openingDelta(next))
  }
}

function sendAny(stream: SseStream, chunk: string | undefined): void {
  if (chunk !== undefined) void stream.send(chunk)
}

async function streamed(
  stream: SseStream,
  head: AnswerHead,
  first: ChoiceTurn & { opening: Opening },
  { count, begin }: Choices,
  { includeUsage, store }: StreamOptions
): Promise<void> {
  const usages: (Usage | undefined)[] = []
  const stored: ChatChoice[] = []
  for (let index = 0; index < count; index++) {
    const turn = index === 0 ? first : begin()
    using _cutter = turn.cutter
    const chunks = chatChunks(head, index)
    const opening = index === 0 ? first.opening : openingOf(chunks)
    const fold = store && choiceFold()
    const { finishReason, usage } = await emitAnswer(turn, (delta) => {
      fold?.add(delta)
      sendAny(stream, opening(delta))
      return stream.send(chunks.delta(delta))
    })
    if (fold) stored.push(fold.choice(index, finishReason))
    sendAny(stream, opening())
    void stream.send(chunks.finish(finishReason))
    usages.push(usage)
  }
  if (includeUsage) void stream.send(usageChunk(head, chatUsageFrom(usageTotal(usages))))
  await store?.(completionFrom(head, stored, usageTotal(usages)))
  await stream.end('[DONE]')
}

/** Emits a turn's answer delta by delta. `usage` is unknown where the turn had to be cut off. Throws the `GatewayError` of a turn that failed. */
async function emitAnswer(
  { events, deltas, cutter }: ChoiceTurn,
  emit: Emit<ChatDelta>
): Promise<{ finishReason: FinishReason; usage: Usage | undefined }> {
  const ending = await emitTurn(events, deltas, emit, () => cutter?.cut())
  const { deltas: rest, finishReason } = deltas.finish(ending)
  for (const delta of rest) await emit(delta)
  return { finishReason, usage: ending.usage }
}
