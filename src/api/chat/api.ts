import { randomUUID } from 'node:crypto'
import type { Api } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { ignoredParameters } from '../../http/parameters.ts'
import { scopeOf } from '../../http/scope.ts'
import type { GatewayContext } from '../../http/state.ts'
import type { ResolvedModel } from '../../models/resolve.ts'
import { checkContent } from '../../openai/checked-content.ts'
import { ignoredTier } from '../../openai/service-tier.ts'
import { anyObjectSchema } from '../../text/any-object.ts'
import { answerText } from '../../text/answer-text.ts'
import { cutter } from '../../turn/cutoff.ts'
import { enginesOf } from '../../turn/engine.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { accept, acceptHeaders, narrowingHeaders, runTurn, turnFailures } from '../accept.ts'
import type { AcceptedModel, Reading, TurnDependencies } from '../accept.ts'
import { noRemoteImages } from '../remote-images.ts'
import { answerStreamed, answerJson } from './answer.ts'
import type { Choices, ChoiceTurn } from './answer.ts'
import type { AnswerHead } from './chunks.ts'
import { chatCompletion } from './completion.ts'
import { chatDeltasFrom } from './deltas.ts'
import { chatBodyFrom, itemsPassedOver } from './from-response.ts'
import { chatParameters } from './parameters.ts'
import { turnRequestFromChat } from './request.ts'
import { chatRequest, chatRequestFrom } from './schema.ts'
import type { ChatRequest } from './schema.ts'
import { storedOperations } from './stored.ts'
import type { StoredCompletions } from './stored-completions.ts'
import { ignoredStoring, storeOf } from './storing.ts'
import { callFormOf, chatSearchFrom, ignoredChatTools } from './tools.ts'

export interface ChatDependencies extends TurnDependencies {
  /** Left out where nothing is stored. */
  completions?: StoredCompletions | undefined
}

/** OpenAI's chat completions: make one, and the operations on stored ones. */
export function chatApi(dependencies: ChatDependencies): Api {
  const { engine, unsupportedParameters, search = false, fetchImages = noRemoteImages, completions } = dependencies
  const ignored = ignoredParameters(chatParameters, enginesOf(engine), unsupportedParameters)
  const reading: Reading<ChatRequest> = {
    convert: chatBodyFrom,
    parse: chatRequestFrom,
    ignored: (body, request, sent) => [
      ...ignored(body),
      ...itemsPassedOver(sent),
      ...ignoredTier(request.service_tier, unsupportedParameters),
      ...ignoredStoring(request, completions !== undefined, unsupportedParameters),
      ...ignoredChatTools(request, { search, policy: unsupportedParameters })
    ],
    effort: (request) => request.reasoning_effort ?? request.reasoning?.effort
  }
  return {
    operations: [
      {
        method: 'post',
        path: '/chat/completions',
        summary: 'Make a chat completion.',
        body: chatRequest,
        parameters: chatParameters,
        answer: chatCompletion,
        events: 'chat.completion.chunk objects, the last one followed by [DONE]',
        headers: narrowingHeaders,
        exposes: acceptHeaders,
        failures: turnFailures,
        async handle(ctx) {
          const { request, model } = await accept(ctx, dependencies, reading)
          request.messages = await fetchImages(ctx, request.messages, 'messages')
          const turn: TurnRequest = Object.assign(
            turnRequestFromChat(request, model, dependencies.readImage),
            search && chatSearchFrom(request),
            scopeOf(ctx)
          )
          checkContent(turn, 'messages')
          checkPromptSize(turn, dependencies.maxPromptChars, 'messages')
          await answer(ctx, request, model, turn, dependencies)
        }
      },
      ...storedOperations(completions, dependencies.readBody)
    ]
  }
}

async function answer(
  ctx: GatewayContext,
  request: ChatRequest,
  model: AcceptedModel,
  turn: TurnRequest,
  { engine, waiting, completions }: ChatDependencies
): Promise<void> {
  const store = storeOf(request, scopeOf(ctx), completions)
  const choices: Choices = { count: request.n ?? 1, begin: () => begin(ctx, request, model, turn, engine) }
  const head = headFor(model, turn)
  if (!request.stream) return await answerJson(ctx, head, choices, { store, ...waiting })
  const includeUsage = request.stream_options?.include_usage ?? false
  await answerStreamed(ctx, head, choices, { includeUsage, store, ...waiting })
}

function begin(
  ctx: GatewayContext,
  request: ChatRequest,
  { stripAnswerTags }: ResolvedModel,
  turn: TurnRequest,
  engine: TurnDependencies['engine']
): ChoiceTurn {
  const stop = typeof request.stop === 'string' ? [request.stop] : (request.stop ?? [])
  const text = answerText({ stop, stripAnswerTags, unwrapJson: turn.outputSchema === anyObjectSchema })
  const rest = stop.length > 0 ? cutter(lifetime(ctx)) : undefined
  const events = runTurn(ctx, engine, turn, {
    signal: rest?.signal ?? lifetime(ctx),
    complete: !request.stream && !rest, // a stop sequence is looked for as the text comes
    names: { outputSchema: 'response_format' }
  })
  return {
    events,
    deltas: chatDeltasFrom(text, callFormOf(request)),
    cutter: rest
  }
}

function headFor({ name }: ResolvedModel, { serviceTier }: TurnRequest): AnswerHead {
  return {
    id: `chatcmpl-${randomUUID().replaceAll(/-/g, '')}`,
    created: Math.floor(Date.now() / 1000),
    model: name,
    ...(serviceTier && { service_tier: serviceTier })
  }
}
