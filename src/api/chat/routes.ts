import { randomUUID } from 'node:crypto'
import Router from '@koa/router'
import type { ReadBody } from '../../http/body/body.ts'
import { lifetime } from '../../http/lifetime.ts'
import { reported } from '../../http/report.ts'
import type { GatewayContext, RequestState } from '../../http/state.ts'
import { telling } from '../../http/answer/first-event.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import { answered } from '../../turn/answered.ts'
import { answerText } from '../../text/answer-text.ts'
import { chatParameters } from './parameters.ts'
import { cutter } from '../../turn/cutoff.ts'
import { ignoredParameters } from '../../openai/parameters.ts'
import type { UnsupportedPolicy } from '../../openai/parameters.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { ResolvedModel, ResolveModel } from '../../models/resolve.ts'
import { anyObjectSchema } from '../../openai/structured.ts'
import type { Engine } from '../../turn/engine.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { answerStreamed, answerWhole } from './answer.ts'
import type { Answer } from './answer.ts'
import type { AnswerHead } from './chunks.ts'
import { chatDeltasFrom } from './deltas.ts'
import { turnRequestFromChat } from './request.ts'
import { chatRequestFrom } from './schema.ts'
import type { ChatRequest } from './schema.ts'

export interface ChatDependencies {
  engine: Pick<Engine, 'run'>
  readBody: ReadBody
  resolveModel: ResolveModel
  unsupportedParameters: UnsupportedPolicy
  /** Characters that all texts of a request may have together. */
  maxPromptChars: number
  waiting?: Waiting
}

/** `POST /chat/completions`. */
export function chatRoutes(dependencies: ChatDependencies): Router<RequestState> {
  const router = new Router<RequestState>()
  router.post('/chat/completions', async (ctx) => {
    const body = await dependencies.readBody(ctx)
    const request = chatRequestFrom(body)
    const ignored = ignoredParameters(chatParameters, body, dependencies.unsupportedParameters)
    if (ignored.length > 0) ctx.set('x-ignored-parameters', ignored.join(', '))
    const model = await dependencies.resolveModel(request.model)
    ctx.state.model = model.name
    const turn: TurnRequest = { ...turnRequestFromChat(request, model), client: ctx.state.principal.id }
    checkPromptSize(turn, dependencies.maxPromptChars, 'messages')
    await answer(ctx, request, model, turn, dependencies)
  })
  return router
}

async function answer(
  ctx: GatewayContext,
  request: ChatRequest,
  model: ResolvedModel,
  turn: TurnRequest,
  dependencies: ChatDependencies
): Promise<void> {
  const stop = [request.stop ?? []].flat()
  const text = answerText({
    stop,
    stripAnswerTags: model.stripAnswerTags,
    unwrapJson: turn.outputSchema === anyObjectSchema
  })
  using rest = stop.length > 0 ? cutter(lifetime(ctx)) : undefined
  const events = reported(
    answered(dependencies.engine.run(turn, rest?.signal ?? lifetime(ctx)), { outputSchema: 'response_format' }),
    ctx,
    turn
  )
  const made: Answer = { head: headFor(model), deltas: chatDeltasFrom(text), cut: () => rest?.cut() }
  if (!request.stream) return await answerWhole(ctx, events, made, dependencies.waiting)
  const includeUsage = request.stream_options?.include_usage ?? false
  await answerStreamed(ctx, await telling(events), made, { ...dependencies.waiting, includeUsage })
}

function headFor({ name }: ResolvedModel): AnswerHead {
  return { id: `chatcmpl-${randomUUID().replaceAll('-', '')}`, created: Math.floor(Date.now() / 1000), model: name }
}
