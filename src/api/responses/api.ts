import { untilOutput } from '../../http/answer/first-event.ts'
import type { Api, ApiContext } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { ignoredParameters } from '../../http/parameters.ts'
import { scopeOf } from '../../http/scope.ts'
import type { GatewayContext } from '../../http/state.ts'
import { ignoredTier } from '../../openai/service-tier.ts'
import { enginesOf } from '../../turn/engine.ts'
import { accept, acceptHeaders, narrowingHeaders, turnFailures } from '../accept.ts'
import type { Reading, TurnDependencies } from '../accept.ts'
import { noRemoteImages } from '../remote-images.ts'
import { answerStreamed, answerJson } from './answer.ts'
import { checkBackground } from './background/check.ts'
import type { BackgroundDependencies } from './background/dependencies.ts'
import { waitsWhenLimited } from './background/orders.ts'
import { BackgroundResponses } from './background/responses.ts'
import { compactOperation } from './compact.ts'
import type { ContinuedFrom } from './continued.ts'
import { checkConversation } from './named-conversation.ts'
import { makingOf } from './making.ts'
import type { AcceptedResponse } from './making.ts'
import { passedOver } from '../../openai/items/foreign-items.ts'
import { responseBodyFrom } from './from-chat.ts'
import { ignoredInclude } from './include.ts'
import { inputTokensOperation } from './input-tokens.ts'
import { responsesParameters } from './parameters.ts'
import { response } from './resource-schema.ts'
import { responseRequest, responseRequestFrom } from './schema.ts'
import type { ResponseRequest } from './schema.ts'
import { storedOperations } from './stored.ts'
import { ignoredTools } from './tools.ts'

export type ResponsesDependencies = TurnDependencies & ContinuedFrom & BackgroundDependencies

/** OpenAI's Responses API: make one, what else goes before it, and the operations on a stored one. */
export function responsesApi(dependencies: ResponsesDependencies): Api {
  const background = new BackgroundResponses(dependencies, (accepted) => makingOf(accepted, dependencies))
  const reading = readingFor(dependencies)
  return {
    operations: [
      {
        method: 'post',
        path: '/responses',
        summary: 'Make a response.',
        body: responseRequest,
        parameters: responsesParameters,
        headers: { ...narrowingHeaders, 'x-codex-work': '`true`: adds Codex’s own work as items.' },
        answer: response,
        events: 'the events of OpenAI’s Responses API, each under its name',
        exposes: acceptHeaders,
        failures: turnFailures,
        handle: responder(dependencies, reading, background)
      },
      inputTokensOperation(dependencies, reading),
      compactOperation(dependencies),
      ...storedOperations(dependencies.stored, background)
    ]
  }
}

function responder(
  dependencies: ResponsesDependencies,
  reading: Reading<ResponseRequest>,
  background: BackgroundResponses
): (ctx: ApiContext) => Promise<void> {
  const { stored, fetchImages = noRemoteImages, waiting } = dependencies
  return async (ctx) => {
    const { request, model } = await accept(ctx, dependencies, reading)
    const accepted: AcceptedResponse = {
      ...{ key: stored.newKey(), createdAt: Math.floor(Date.now() / 1000), request, model },
      ...{ scope: scopeOf(ctx), work: wantsWork(ctx, request), reportTo: ctx, reserve: ctx.state.reserve },
      waits: waitsWhenLimited(request, dependencies.whenLimited),
      complete: (items) => fetchImages(ctx, items, 'input')
    }
    if (request.background) return background.answer(ctx, accepted)
    const making = await makingOf(accepted, dependencies)
    try {
      const events = making.run(lifetime(ctx))
      if (request.stream) await answerStreamed(ctx, await untilOutput(events), making.answer, waiting)
      else await answerJson(ctx, events, making.answer, waiting)
    } finally {
      making.release()
    }
  }
}

function readingFor({
  engine,
  unsupportedParameters: policy,
  search = false
}: TurnDependencies): Reading<ResponseRequest> {
  const ignored = ignoredParameters(responsesParameters, enginesOf(engine), policy)
  return {
    convert: responseBodyFrom,
    parse(body) {
      const request = responseRequestFrom(body)
      checkBackground(request)
      checkConversation(request)
      return request
    },
    ignored: (body, { input, tools, tool_choice, service_tier, include }) => [
      ...ignored(body),
      ...passedOver(input),
      ...ignoredTools(tools ?? [], tool_choice, { search, policy }),
      ...ignoredInclude(include, policy),
      ...ignoredTier(service_tier, policy)
    ],
    effort: ({ reasoning }) => reasoning?.effort
  }
}

/** Whether Codex's own work is to be shown: by a header, which every client can send, or by a value of ours in `include`, which some clients check. */
function wantsWork(ctx: GatewayContext, { include }: ResponseRequest): boolean {
  return /^(?:true|1)$/i.test(ctx.get('x-codex-work')) || (include?.includes('codex.work') ?? false)
}
