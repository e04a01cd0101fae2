import { answerWhenReady } from '../../http/answer/waiting.ts'
import type { Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { ignoredParameters } from '../../http/parameters.ts'
import { scopeOf } from '../../http/scope.ts'
import { checkContent } from '../../openai/checked-content.ts'
import { passedOver } from '../../openai/items/foreign-items.ts'
import { ignoredTier } from '../../openai/service-tier.ts'
import { enginesOf } from '../../turn/engine.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import { accept, acceptHeaders, runTurn, turnFailures } from '../accept.ts'
import type { Reading, TurnDependencies } from '../accept.ts'
import { compactParameters } from './compact-parameters.ts'
import { compaction, compactionFrom, compactionTurn, summaryFrom } from './compaction.ts'
import type { ContinuedFrom } from './continued.ts'
import { readInput } from './read-input.ts'
import { checkConversation } from './named-conversation.ts'
import { turnRequestFromResponse } from './request.ts'
import { responseRequest, responseRequestFrom } from './schema.ts'
import type { ResponseRequest } from './schema.ts'

const fields = {
  model: true,
  input: true,
  instructions: true,
  previous_response_id: true,
  conversation: true,
  service_tier: true
} as const
const compactRequest = responseRequest.pick(fields).partial({ input: true })

/** `POST /responses/compact`: a shorter input that a conversation can be continued with. */
export function compactOperation(dependencies: TurnDependencies & ContinuedFrom): Operation {
  const { engine, stored, maxPromptChars, readImage, waiting } = dependencies
  const reading = readingFor(dependencies)
  return {
    method: 'post',
    path: '/responses/compact',
    summary: 'Compact a conversation into the messages of its user and a summary, which one turn of the model writes.',
    body: compactRequest,
    parameters: compactParameters,
    answer: compaction,
    exposes: acceptHeaders,
    failures: turnFailures,
    async handle(ctx) {
      const { request, model } = await accept(ctx, dependencies, reading)
      const { previous, input } = await readInput(ctx, request, dependencies)
      const before = previous?.history ?? []
      const long = { ...turnRequestFromResponse({ ...request, input }, model, before, readImage), ...scopeOf(ctx) }
      checkContent(long, 'input')
      checkPromptSize(long, maxPromptChars, 'input')
      const turn = compactionTurn(long)
      const make = async () => {
        const summarized = await summaryFrom(runTurn(ctx, engine, turn, { signal: lifetime(ctx), complete: true }))
        return compactionFrom(long, { key: stored.newKey(), ...summarized })
      }
      await answerWhenReady(ctx, make, waiting)
    }
  }
}

function readingFor({ engine, unsupportedParameters: policy }: TurnDependencies): Reading<ResponseRequest> {
  const ignored = ignoredParameters(compactParameters, enginesOf(engine), policy)
  return {
    parse(body) {
      const known = Object.entries(body).filter(([name]) => Object.hasOwn(fields, name))
      const request = responseRequestFrom({
        input: '',
        ...Object.fromEntries(known.filter(([, value]) => value !== null))
      })
      checkConversation(request)
      return request
    },
    ignored: (body, { input, service_tier }) => [
      ...ignored(body),
      ...passedOver(input),
      ...ignoredTier(service_tier, policy)
    ]
  }
}
