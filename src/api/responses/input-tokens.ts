import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { estimatedTokens } from '../../openai/token-estimate.ts'
import { accept, acceptHeaders } from '../accept.ts'
import type { Reading, TurnDependencies } from '../accept.ts'
import type { ContinuedFrom } from './continued.ts'
import { readInput } from './read-input.ts'
import { turnRequestFromResponse } from './request.ts'
import { responseRequest } from './schema.ts'
import type { ResponseRequest } from './schema.ts'

const estimatedHeader = 'x-estimated'

/** `POST /responses/input_tokens`: about how many tokens a request for a response has. No turn is run. */
export function inputTokensOperation(
  dependencies: TurnDependencies & ContinuedFrom,
  reading: Reading<ResponseRequest>
): Operation {
  const { readImage } = dependencies
  const withoutInput: Reading<ResponseRequest> = {
    ...reading,
    parse: (body) => reading.parse({ ...body, input: body['input'] ?? '' })
  }
  return {
    method: 'post',
    path: '/responses/input_tokens',
    summary: 'Estimate the tokens of a request for a response. Codex’s own instructions and tools are not counted.',
    body: responseRequest.partial({ input: true }),
    answer: z.object({ object: z.literal('response.input_tokens'), input_tokens: z.int() }),
    exposes: [...acceptHeaders, estimatedHeader],
    failures: [404],
    async handle(ctx) {
      const { request, model } = await accept(ctx, dependencies, withoutInput)
      const { previous, input } = await readInput(ctx, request, dependencies)
      const turn = turnRequestFromResponse({ ...request, input }, model, previous?.history ?? [], readImage)
      ctx.set(estimatedHeader, 'true')
      ctx.body = { object: 'response.input_tokens', input_tokens: estimatedTokens(turn) }
    }
  }
}
