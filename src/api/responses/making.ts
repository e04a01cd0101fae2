import type { ReportedRequest } from '../../http/report.ts'
import type { Scope } from '../../http/scope.ts'
import { customNames } from '../../openai/caller-tools.ts'
import { checkContent } from '../../openai/checked-content.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { anyObjectSchema } from '../../text/any-object.ts'
import { answerText } from '../../text/answer-text.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import { newReport } from '../../turn/report.ts'
import type { TurnReport } from '../../turn/report.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { runTurn } from '../accept.ts'
import type { AcceptedModel, TurnDependencies } from '../accept.ts'
import { searchIn } from '../hosted-tools.ts'
import type { Answer } from './answer.ts'
import { continuedBy } from './continued.ts'
import type { ContinuedFrom } from './continued.ts'
import { releasedAtFailure } from './conversation.ts'
import { responseEventsFrom } from './events.ts'
import type { ResponseEvents } from './events.ts'
import { TurnOutput } from './output.ts'
import { turnRequestFromResponse } from './request.ts'
import { resourceMaker, summaryOf } from './resource.ts'
import { itemsOf } from './schema.ts'
import type { ResponseRequest } from './schema.ts'
import { storeOf } from './storing.ts'
import type { Previous, Reserve } from './stored-responses.ts'
import { persistentThreadOf, settingsHash, withThread } from './thread.ts'
import { callerToolsOf } from './tools.ts'

/** A response that was accepted, with all that its making needs of its HTTP request. */
export interface AcceptedResponse {
  /** What the ids of it and its items are made of. */
  key: string
  /** Unix seconds. */
  createdAt: number
  request: ResponseRequest
  model: AcceptedModel
  scope: Scope
  /** Whether Codex's own work is to be shown. */
  work: boolean
  /** Whether it waits where a usage limit is reached. */
  waits: boolean
  /** Whose log line and headers tell of the turn. */
  reportTo: ReportedRequest
  reserve?: Reserve | undefined
  /** Completes items of the input that only name what they are. */
  complete: (items: InputItem[]) => Promise<readonly InputItem[]>
}

/** A response that can be made now. */
export interface Making {
  run: (signal: AbortSignal) => AsyncIterable<TurnEvent>
  answer: Answer
  report: TurnReport
  /** What is new in its request, complete. */
  input: InputItem[]
  /** Lets others go on with what it continues. */
  release: () => void
}

export type MakingDependencies = ContinuedFrom &
  Pick<TurnDependencies, 'engine' | 'maxPromptChars' | 'readImage' | 'search'>

/** Finds what a response continues, and makes a turn of it. Throws the `GatewayError` of one that cannot be made. */
export async function makingOf(accepted: AcceptedResponse, dependencies: MakingDependencies): Promise<Making> {
  const { request, scope, reserve, reportTo } = accepted
  const { engine, stored } = dependencies
  const continued = await continuedBy(request, scope, dependencies, reserve)
  const { conversation } = continued
  try {
    const sent = await accepted.complete(itemsOf(request.input))
    const input = await stored.resolved(scope, sent, reserve, continued.items)
    const { turn, settings } = await turnOf(
      Object.assign({}, accepted, { request: Object.assign({}, request, { input }) }),
      continued.previous,
      dependencies
    )
    const report = newReport(reportTo.state.startedAt)
    const thread = () => persistentThreadOf(report, turn, settings)
    return {
      report,
      input,
      release: () => conversation?.release(),
      run(signal) {
        const complete = !request.stream
        const names = { outputSchema: 'text.format.schema' }
        const events = runTurn(reportTo, engine, turn, { signal, report, complete, names })
        return conversation ? releasedAtFailure(events, conversation.release) : events
      },
      answer: {
        events: eventsFor(accepted, turn),
        store: storeOf(request, { stored, scope, conversation, input, thread })
      }
    }
  } catch (error) {
    conversation?.release()
    throw error
  }
}

/** The turn of a response, in the thread that contains what it continues. */
async function turnOf(
  { request, model, scope, waits }: AcceptedResponse & { request: { input: InputItem[] } },
  previous: Previous | undefined,
  { engine, stored, maxPromptChars, readImage, search }: MakingDependencies
): Promise<{ turn: TurnRequest; settings: string }> {
  const fresh: TurnRequest = Object.assign(
    turnRequestFromResponse(request, model, previous?.history ?? [], readImage),
    search && searchIn(request.tools ?? [], request.tool_choice),
    waits && { limitTimes: true },
    scope
  )
  const newPart = { input: fresh.input, history: fresh.history?.slice(previous?.history.length ?? 0) ?? [] }
  checkContent(newPart, 'input')
  checkPromptSize(newPart, maxPromptChars, 'input') // before its thread is looked for, which is then this turn's
  const settings = settingsHash(fresh, engine)
  const turn = stored.persistent && request.store !== false ? await withThread(fresh, settings, previous) : fresh
  checkPromptSize(turn, maxPromptChars, 'input') // all of the history counts where no thread contains it
  return { turn, settings }
}

function eventsFor({ key, createdAt, request, model, work }: AcceptedResponse, turn: TurnRequest): ResponseEvents {
  const text = () =>
    answerText({ stripAnswerTags: model.stripAnswerTags, unwrapJson: turn.outputSchema === anyObjectSchema })
  const head = { id: `resp_${key}`, created_at: createdAt, model: model.name }
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
