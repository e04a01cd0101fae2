import { randomUUID } from 'node:crypto'
import Router from '@koa/router'
import type { ReadBody } from '../../http/body.ts'
import { lifetime } from '../../http/lifetime.ts'
import { reported } from '../../http/report.ts'
import type { GatewayContext, RequestState } from '../../http/state.ts'
import { telling } from '../../http/telling.ts'
import { answered } from '../../openai/answered.ts'
import { answerText } from '../../openai/answer-text.ts'
import { ignoredParameters } from '../../openai/parameters.ts'
import type { UnsupportedPolicy } from '../../openai/parameters.ts'
import { checkPromptSize } from '../../openai/prompt-size.ts'
import type { ResolvedModel, ResolveModel } from '../../openai/resolve.ts'
import { responsesParameters } from '../../openai/responses-parameters.ts'
import { anyObjectSchema } from '../../openai/structured.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Engine } from '../../turn/engine.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { answerStreamed, answerWhole } from './answer.ts'
import { responseEventsFrom } from './events.ts'
import type { ResponseEvents } from './events.ts'
import { outputOf } from './output.ts'
import { turnRequestFromResponse } from './request.ts'
import { resourceMaker, summaryOf } from './resource.ts'
import { responseRequestFrom } from './schema.ts'
import type { ResponseRequest } from './schema.ts'
import { ignoredTools } from './tools.ts'

export interface ResponsesDependencies {
  engine: Pick<Engine, 'run'>
  readBody: ReadBody
  resolveModel: ResolveModel
  unsupportedParameters: UnsupportedPolicy
  /** Characters that all texts of a request may have together. */
  maxPromptChars: number
  /** Milliseconds of silence after which a stream says that it is still in progress; 15 s when left out. */
  keepAliveMs?: number
}

/** `POST /responses`. */
export function responsesRoutes(dependencies: ResponsesDependencies): Router<RequestState> {
  const router = new Router<RequestState>()
  router.post('/responses', async (ctx) => {
    const body = await dependencies.readBody(ctx)
    const request = responseRequestFrom(body)
    sayIgnored(ctx, request, body, dependencies.unsupportedParameters)
    if (request.previous_response_id) throw previousNotFound(request.previous_response_id)
    const model = await dependencies.resolveModel(request.model)
    ctx.state.model = model.name
    const turn: TurnRequest = { ...turnRequestFromResponse(request, model), client: ctx.state.client }
    checkPromptSize(turn, dependencies.maxPromptChars, 'input')
    const events = reported(answered(dependencies.engine.run(turn, lifetime(ctx))), ctx, turn)
    const said = eventsFor(request, model, turn)
    if (request.stream) await answerStreamed(ctx, await telling(events), said, dependencies.keepAliveMs)
    else await answerWhole(ctx, events, said)
  })
  return router
}

function sayIgnored(ctx: GatewayContext, { tools }: ResponseRequest, body: Readonly<Record<string, unknown>>, policy: UnsupportedPolicy): void {
  const ignored = [...ignoredParameters(responsesParameters, body, policy), ...ignoredTools(tools ?? [], policy)]
  if (ignored.length > 0) ctx.set('x-ignored-parameters', ignored.join(', '))
}

function eventsFor(request: ResponseRequest, model: ResolvedModel, turn: TurnRequest): ResponseEvents {
  const key = randomUUID().replaceAll('-', '')
  const text = () => answerText({ stripAnswerTags: model.stripAnswerTags, unwrapJson: turn.outputSchema === anyObjectSchema })
  const head = { id: `resp_${key}`, created_at: Math.floor(Date.now() / 1000), model: model.name }
  return responseEventsFrom(resourceMaker(head, request), outputOf({ key, reasoning: summaryOf(request) !== undefined, text }))
}

function previousNotFound(id: string): GatewayError {
  return new GatewayError('invalid_request', `Previous response with id '${id}' not found.`, { param: 'previous_response_id', wireCode: 'previous_response_not_found' })
}
