import { randomUUID } from 'node:crypto'
import { untilOutput } from '../../http/answer/first-event.ts'
import type { Api } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { ignoredParameters } from '../../http/parameters.ts'
import { scopeOf } from '../../http/scope.ts'
import type { GatewayContext } from '../../http/state.ts'
import type { ResolvedModel } from '../../models/resolve.ts'
import { answerText } from '../../text/answer-text.ts'
import { cutter } from '../../turn/cutoff.ts'
import { enginesOf } from '../../turn/engine.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { accept, acceptHeaders, narrowingHeaders, runTurn, settingsOf, turnFailures } from '../accept.ts'
import type { AcceptedModel, Reading, TurnDependencies } from '../accept.ts'
import { answerStreamed, answerJson } from './answer.ts'
import { completion } from './completion.ts'
import type { CompletionHead } from './completion.ts'
import { completionsParameters } from './parameters.ts'
import type { BeginPrompt } from './prompt.ts'
import { completionRequest, completionRequestFrom } from './schema.ts'
import type { CompletionRequest } from './schema.ts'

/** OpenAI's legacy completions. */
export function completionsApi(dependencies: TurnDependencies): Api {
  const { engine, unsupportedParameters, maxPromptChars, waiting } = dependencies
  const reading: Reading<CompletionRequest> = {
    parse: completionRequestFrom,
    ignored: ignoredParameters(completionsParameters, enginesOf(engine), unsupportedParameters)
  }
  return {
    operations: [
      {
        method: 'post',
        path: '/completions',
        summary: 'Make a legacy completion.',
        body: completionRequest,
        parameters: completionsParameters,
        answer: completion,
        events: 'text_completion objects, the last one followed by [DONE]',
        headers: narrowingHeaders,
        exposes: acceptHeaders,
        failures: turnFailures,
        async handle(ctx) {
          const { request, model } = await accept(ctx, dependencies, reading)
          const texts = [request.prompt].flat()
          checkPromptSize({ input: texts.map((text) => ({ type: 'text', text })) }, maxPromptChars, 'prompt')
          const prompts = texts.flatMap((text) => Array.from({ length: request.n ?? 1 }, () => text))
          const turns = { prompts, begin: beginner(ctx, request, model, dependencies) }
          if (!request.stream) return answerJson(ctx, headFor(model), turns, waiting)
          const includeUsage = request.stream_options?.include_usage ?? false
          await answerStreamed(ctx, headFor(model), turns, { ...waiting, includeUsage })
        }
      }
    ]
  }
}

function beginner(
  ctx: GatewayContext,
  request: CompletionRequest,
  model: AcceptedModel,
  { engine }: TurnDependencies
): BeginPrompt {
  const { stripAnswerTags } = model
  const stop = [request.stop ?? []].flat()
  const complete = !request.stream && stop.length === 0 // a stop sequence is looked for as the text comes
  return async (prompt) => {
    const turn: TurnRequest = {
      ...settingsOf(model),
      ...scopeOf(ctx),
      input: [{ type: 'text', text: prompt }]
    }
    const rest = cutter(lifetime(ctx))
    const events = await untilOutput(runTurn(ctx, engine, turn, { signal: rest.signal, complete }))
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
    id: `cmpl-${randomUUID().replaceAll(/-/g, '')}`,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: name
  }
}
