import { untilOutput } from '../../http/answer/first-event.ts'
import type { Api, ApiContext } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { ignoredParameters } from '../../http/parameters.ts'
import { scopeOf } from '../../http/scope.ts'
import type { GatewayContext } from '../../http/state.ts'
import { customNames } from '../../openai/caller-tools.ts'
import { checkContent } from '../../openai/checked-content.ts'
import { ignoredTier } from '../../openai/service-tier.ts'
import { anyObjectSchema } from '../../text/any-object.ts'
import { answerText } from '../../text/answer-text.ts'
import { enginesOf } from '../../turn/engine.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import { newReport } from '../../turn/report.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { accept, acceptHeaders, narrowingHeaders, runTurn, turnFailures } from '../accept.ts'
import type { AcceptedModel, Reading, TurnDependencies } from '../accept.ts'
import { searchIn } from '../hosted-tools.ts'
import { noRemoteImages } from '../remote-images.ts'
import { answerStreamed, answerJson } from './answer.ts'
import { backgroundWork, checkBackground } from './background.ts'
import type { BackgroundWork } from './background.ts'
import { compactOperation } from './compact.ts'
import { continuedBy } from './continued.ts'
import type { ContinuedFrom } from './continued.ts'
import { releasedAtFailure } from './conversation.ts'
import { checkConversation } from './named-conversation.ts'
import { responseEventsFrom } from './events.ts'
import type { ResponseEvents } from './events.ts'
import { passedOver } from '../../openai/items/foreign-items.ts'
import { responseBodyFrom } from './from-chat.ts'
import { ignoredInclude } from './include.ts'
import { inputTokensOperation } from './input-tokens.ts'
import { TurnOutput } from './output.ts'
import { responsesParameters } from './parameters.ts'
import { turnRequestFromResponse } from './request.ts'
import { resourceMaker, summaryOf } from './resource.ts'
import { response } from './resource-schema.ts'
import { itemsOf, responseRequest, responseRequestFrom } from './schema.ts'
import type { ResponseRequest } from './schema.ts'
import { storedOperations } from './stored.ts'
import { storeOf } from './storing.ts'
import type { Webhooks } from '../../webhooks/webhooks.ts'
import type { Work } from '../../work/work.ts'
import { withThread, persistentThreadOf, threadSettings } from './thread.ts'
import { callerToolsOf, ignoredTools } from './tools.ts'

export interface ResponsesDependencies extends TurnDependencies, ContinuedFrom {
  work: Work
  /** Reports the ends of background responses; nobody does when it is left out. */
  webhooks?: Pick<Webhooks, 'checkRoom'> | undefined
}

/** OpenAI's Responses API: make one, what else goes before it, and the operations on a stored one. */
export function responsesApi(dependencies: ResponsesDependencies): Api {
  const background = backgroundWork(dependencies.work, dependencies.stored.persistent)
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
  background: BackgroundWork
): (ctx: ApiContext) => Promise<void> {
  const { engine, stored, maxPromptChars, readImage, fetchImages = noRemoteImages, search, waiting } = dependencies
  return async (ctx) => {
    const { request, model } = await accept(ctx, dependencies, reading)
    const scope = scopeOf(ctx)
    if (request.background) dependencies.webhooks?.checkRoom(scope.owner)
    const { reserve } = ctx.state
    const { previous, conversation, items } = await continuedBy(request, scope, dependencies, reserve)
    try {
      const sent = await fetchImages(ctx, itemsOf(request.input), 'input')
      const input = await stored.resolved(scope, sent, reserve, items)
      const fresh: TurnRequest = {
        ...turnRequestFromResponse({ ...request, input }, model, previous?.history ?? [], readImage),
        ...(search && searchIn(request.tools ?? [], request.tool_choice)),
        ...scope
      }
      const newPart = { input: fresh.input, history: fresh.history?.slice(previous?.history.length ?? 0) ?? [] }
      checkContent(newPart, 'input')
      checkPromptSize(newPart, maxPromptChars, 'input') // before its thread is looked for, which is then this turn's
      const settings = threadSettings(fresh, engine)
      const turn = stored.persistent && request.store !== false ? withThread(fresh, settings, previous) : fresh
      checkPromptSize(turn, maxPromptChars, 'input') // all of the history counts where no thread contains it
      const report = newReport(ctx.state.startedAt)
      const run = (signal: AbortSignal) => {
        const complete = !request.stream
        const names = { outputSchema: 'text.format.schema' }
        const events = runTurn(ctx, engine, turn, { signal, report, complete, names })
        return conversation ? releasedAtFailure(events, conversation.release) : events
      }
      const thread = () => persistentThreadOf(report, turn, settings)
      const answer = {
        events: eventsFor(stored.newKey(), request, model, turn, wantsWork(ctx, request)),
        store: storeOf(request, { stored, scope, conversation, input, thread })
      }
      if (request.background) ctx.body = await background.begin(ctx, run, answer, report)
      else if (request.stream) await answerStreamed(ctx, await untilOutput(run(lifetime(ctx))), answer, waiting)
      else await answerJson(ctx, run(lifetime(ctx)), answer, waiting)
    } finally {
      if (ctx.state.background) void ctx.state.background.finally(conversation?.release)
      else conversation?.release()
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

function eventsFor(
  key: string,
  request: ResponseRequest,
  model: AcceptedModel,
  turn: TurnRequest,
  work: boolean
): ResponseEvents {
  const text = () =>
    answerText({ stripAnswerTags: model.stripAnswerTags, unwrapJson: turn.outputSchema === anyObjectSchema })
  const head = { id: `resp_${key}`, created_at: Math.floor(Date.now() / 1000), model: model.name }
  return responseEventsFrom(
    resourceMaker(head, request, turn),
    new TurnOutput({
      key,
      reasoning: summaryOf(request) !== undefined,
      encryptedReasoning: turn.encryptedReasoning,
      work,
      searches: turn.webSearch !== undefined,
      text,
      custom: customNames(callerToolsOf(request.tools))
    })
  )
}
