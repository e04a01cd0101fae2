import { errorAnswerFrom } from '../../openai/errors.ts'
import { openSse } from '../../http/answer/sse.ts'
import type { SseStream } from '../../http/answer/sse.ts'
import type { GatewayContext } from '../../http/state.ts'
import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import { GatewayError } from '../../turn/error.ts'
import { chatUsageFrom } from '../../openai/usage.ts'
import { usageTotal } from '../../turn/usage.ts'
import type { Usage } from '../../turn/usage.ts'
import { completionChoice } from './completion.ts'
import type { Completion, CompletionChoice, CompletionHead } from './completion.ts'
import { emitPrompt } from './prompt.ts'
import type { BeginPrompt, PromptTurn } from './prompt.ts'

/** The prompts of a request, and how to run one. */
export interface Prompts {
  prompts: readonly string[]
  begin: BeginPrompt
}

/** Answers with one object. */
export async function answerJson(
  ctx: GatewayContext,
  head: CompletionHead,
  request: Prompts,
  waiting?: Waiting
): Promise<void> {
  await answerWhenReady(ctx, () => completion(head, request), waiting)
}

async function completion(head: CompletionHead, { prompts, begin }: Prompts): Promise<Completion> {
  const choices: CompletionChoice[] = []
  const usages: (Usage | undefined)[] = []
  for (const [index, prompt] of prompts.entries()) {
    using turn = await begin(prompt)
    let text = ''
    const { usage, cut } = await emitPrompt(turn, (piece) => void (text += piece))
    usages.push(usage)
    choices.push(completionChoice(index, text, cut ?? 'stop'))
  }
  return { ...head, choices, usage: chatUsageFrom(usageTotal(usages)) }
}

export interface StreamOptions extends Waiting {
  includeUsage: boolean
}

/** Answers with a stream of chunks. A failure is sent in the stream, which then ends without a last chunk: a clean end would look complete. */
export async function answerStreamed(
  ctx: GatewayContext,
  head: CompletionHead,
  request: Prompts,
  options: StreamOptions
): Promise<void> {
  const first = await request.begin(request.prompts[0] ?? '')
  const nothing = JSON.stringify({ ...head, choices: [completionChoice(0, '', null)] })
  await using stream = openSse(ctx, { ...options, keepAlive: () => nothing })
  try {
    await streamed(stream, head, first, request, options)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    await stream.end(JSON.stringify(errorAnswerFrom(error, true).body))
  }
}

async function streamed(
  stream: SseStream,
  head: CompletionHead,
  first: PromptTurn,
  { prompts, begin }: Prompts,
  { includeUsage }: StreamOptions
): Promise<void> {
  const send = (...choices: CompletionChoice[]) =>
    stream.send(JSON.stringify({ ...head, choices } satisfies Completion))
  const usages: (Usage | undefined)[] = []
  for (const [index, prompt] of prompts.entries()) {
    using turn = index === 0 ? first : await begin(prompt)
    const { usage, cut } = await emitPrompt(turn, (piece) => send(completionChoice(index, piece, null)))
    usages.push(usage)
    void send(completionChoice(index, '', cut ?? 'stop'))
  }
  if (includeUsage)
    void stream.send(
      JSON.stringify({ ...head, choices: [], usage: chatUsageFrom(usageTotal(usages)) } satisfies Completion)
    )
  await stream.end('[DONE]')
}
