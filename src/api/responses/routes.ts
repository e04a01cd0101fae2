import Router from '@koa/router'
import type { ReadBody } from '../../http/body/body.ts'
import { lifetime } from '../../http/lifetime.ts'
import { reported } from '../../http/report.ts'
import type { GatewayContext, RequestState } from '../../http/state.ts'
import { telling } from '../../http/answer/first-event.ts'
import type { Waiting } from '../../http/answer/waiting.ts'
import { answered } from '../../turn/answered.ts'
import { answerText } from '../../text/answer-text.ts'
import { ignoredParameters } from '../../openai/parameters.ts'
import type { UnsupportedPolicy } from '../../openai/parameters.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { ResolvedModel, ResolveModel } from '../../models/resolve.ts'
import { responsesParameters } from './parameters.ts'
import { anyObjectSchema } from '../../openai/structured.ts'
import type { Engine } from '../../turn/engine.ts'
import { newReport } from '../../turn/report.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { answerStreamed, answerWhole } from './answer.ts'
import type { Keep } from './answer.ts'
import { backgroundWork, checkBackground } from './background.ts'
import type { Conversations } from './conversations.ts'
import { responseEventsFrom } from './events.ts'
import type { ResponseEvents } from './events.ts'
import type { InputItem } from './item.ts'
import { keptRoutes } from './stored-routes.ts'
import { outputOf } from './output.ts'
import { turnRequestFromResponse } from './request.ts'
import { resourceMaker, summaryOf } from './resource.ts'
import { responseRequestFrom } from './schema.ts'
import type { ResponseRequest } from './schema.ts'
import { inItsThread, keptThreadOf, threadSettings } from './thread.ts'
import type { KeptThread } from './thread.ts'
import { ignoredTools } from './tools.ts'

export interface ResponsesDependencies {
  engine: Pick<Engine, 'run' | 'nameFor'>
  readBody: ReadBody
  conversations: Conversations
  resolveModel: ResolveModel
  unsupportedParameters: UnsupportedPolicy
  /** Characters of text that a turn may send to Codex, not counting what its thread contains already. */
  maxPromptChars: number
  waiting?: Waiting
}

/** `POST /responses`, and what may be asked of a response later. */
export function responsesRoutes(dependencies: ResponsesDependencies): Router<RequestState> {
  const { conversations } = dependencies
  const background = backgroundWork()
  const router = new Router<RequestState>()
  router.post('/responses', async (ctx) => {
    const body = await dependencies.readBody(ctx)
    const request = responseRequestFrom(body)
    checkBackground(request)
    sayIgnored(ctx, request, body, dependencies.unsupportedParameters)
    const model = await dependencies.resolveModel(request.model)
    ctx.state.model = model.name
    const client = ctx.state.principal.id
    const before = request.previous_response_id ? await conversations.before(client, request.previous_response_id) : []
    const input = await conversations.resolved(client, itemsOf(request.input))
    const asked: TurnRequest = { ...turnRequestFromResponse({ ...request, input }, model, before), client }
    const newPart = { input: asked.input, history: asked.history?.slice(before.length) ?? [] }
    checkPromptSize(newPart, dependencies.maxPromptChars, 'input') // before its thread is looked for, which is then this turn's
    const settings = threadSettings(asked, dependencies.engine)
    const turn = await inItsThread(
      asked,
      {
        settings,
        heldItems: before.length,
        store: request.store !== false,
        previous: request.previous_response_id ?? undefined
      },
      conversations
    )
    checkPromptSize(turn, dependencies.maxPromptChars, 'input') // all of the history counts where no thread contains it
    const report = newReport(ctx.state.startedAt)
    const run = (signal: AbortSignal) =>
      reported(answered(dependencies.engine.run(turn, signal), { outputSchema: 'text.format' }), ctx, turn, report)
    const answer = {
      events: eventsFor(
        await conversations.newKey(client, request.store !== false),
        request,
        model,
        turn,
        wantsWork(ctx, request)
      ),
      keep: keeperOf(conversations, client, request, { input, thread: () => keptThreadOf(report, turn, settings) })
    }
    if (request.background) ctx.body = await background.begin(ctx, run, answer)
    else if (request.stream) await answerStreamed(ctx, await telling(run(lifetime(ctx))), answer, dependencies.waiting)
    else await answerWhole(ctx, run(lifetime(ctx)), answer, dependencies.waiting)
  })
  return router.use(keptRoutes(conversations, background).routes())
}

function sayIgnored(
  ctx: GatewayContext,
  { tools }: ResponseRequest,
  body: Readonly<Record<string, unknown>>,
  policy: UnsupportedPolicy
): void {
  const ignored = [...ignoredParameters(responsesParameters, body, policy), ...ignoredTools(tools ?? [], policy)]
  if (ignored.length > 0) ctx.set('x-ignored-parameters', ignored.join(', '))
}

function itemsOf(input: ResponseRequest['input']): InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input
}

/** Whether Codex's own work is to be told: by a header, which every client can send, or by a word of ours in `include`, which some clients check. */
function wantsWork(ctx: GatewayContext, { include }: ResponseRequest): boolean {
  return /^(?:true|1)$/i.test(ctx.get('x-codex-work')) || (include?.includes('codex.work') ?? false)
}

function eventsFor(
  key: string,
  request: ResponseRequest,
  model: ResolvedModel,
  turn: TurnRequest,
  work: boolean
): ResponseEvents {
  const text = () =>
    answerText({ stripAnswerTags: model.stripAnswerTags, unwrapJson: turn.outputSchema === anyObjectSchema })
  const head = { id: `resp_${key}`, created_at: Math.floor(Date.now() / 1000), model: model.name }
  return responseEventsFrom(
    resourceMaker(head, request),
    outputOf({ key, reasoning: summaryOf(request) !== undefined, work, text })
  )
}

/** An answer is not lost because it could not be kept; it says so. */
function keeperOf(
  conversations: Conversations,
  client: string,
  { store }: ResponseRequest,
  { input, thread }: { input: InputItem[]; thread: () => KeptThread | undefined }
): Keep | undefined {
  if (store === false) return undefined
  return (resource) =>
    conversations.keep(client, { resource, input, thread: thread() }).then(
      () => true,
      () => false
    )
}
