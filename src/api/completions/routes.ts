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
import { completionsParameters } from './parameters.ts'
import { cutter } from '../../turn/cutoff.ts'
import { ignoredParameters } from '../../openai/parameters.ts'
import type { UnsupportedPolicy } from '../../openai/parameters.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { ResolvedModel, ResolveModel } from '../../models/resolve.ts'
import type { Engine } from '../../turn/engine.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { answerStreamed, answerWhole } from './answer.ts'
import type { CompletionHead } from './completion.ts'
import type { BeginPrompt } from './prompt.ts'
import { completionRequestFrom } from './schema.ts'
import type { CompletionRequest } from './schema.ts'

export interface CompletionsDependencies {
  engine: Pick<Engine, 'run'>
  readBody: ReadBody
  resolveModel: ResolveModel
  unsupportedParameters: UnsupportedPolicy
  /** Characters that all prompts of a request may have together. */
  maxPromptChars: number
  waiting?: Waiting
}

/** `POST /completions`, which OpenAI calls legacy. */
export function completionsRoutes(dependencies: CompletionsDependencies): Router<RequestState> {
  const router = new Router<RequestState>()
  router.post('/completions', async (ctx) => {
    const body = await dependencies.readBody(ctx)
    const request = completionRequestFrom(body)
    const ignored = ignoredParameters(completionsParameters, body, dependencies.unsupportedParameters)
    if (ignored.length > 0) ctx.set('x-ignored-parameters', ignored.join(', '))
    const model = await dependencies.resolveModel(request.model)
    ctx.state.model = model.name
    const prompts = [request.prompt].flat()
    checkPromptSize({ input: prompts.map((text) => ({ type: 'text', text })) }, dependencies.maxPromptChars, 'prompt')
    const asked = { prompts, begin: beginner(ctx, request, model, dependencies) }
    if (!request.stream) return answerWhole(ctx, headFor(model), asked, dependencies.waiting)
    const includeUsage = request.stream_options?.include_usage ?? false
    await answerStreamed(ctx, headFor(model), asked, { ...dependencies.waiting, includeUsage })
  })
  return router
}

function beginner(
  ctx: GatewayContext,
  request: CompletionRequest,
  model: ResolvedModel,
  { engine }: CompletionsDependencies
): BeginPrompt {
  const { name: _name, stripAnswerTags, ...alias } = model
  const stop = [request.stop ?? []].flat()
  return async (prompt) => {
    const turn: TurnRequest = { ...alias, client: ctx.state.principal.id, input: [{ type: 'text', text: prompt }] }
    const rest = cutter(lifetime(ctx))
    const events = await telling(reported(answered(engine.run(turn, rest.signal)), ctx, turn))
    return {
      events,
      text: answerText({ stop, stripAnswerTags }),
      cut: rest.cut,
      [Symbol.dispose]: () => rest[Symbol.dispose]()
    }
  }
}

function headFor({ name }: ResolvedModel): CompletionHead {
  return {
    id: `cmpl-${randomUUID().replaceAll('-', '')}`,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: name
  }
}
