import type { ErrorCode, TurnError } from '../../turn/error.ts'
import type { Cut } from '../../turn/event.ts'
import { providerRefusalIn } from './refusal-reason.ts'
import type { ProviderRefusal } from './refusal-reason.ts'

/** What a caller is told. Codex's own texts carry the upstream's body and URL, so none of them is passed on. */
const sentences = {
  context_length_exceeded: "This model's maximum context length is exceeded. Please shorten the messages.",
  usage_limit_exceeded: 'The usage limit of the account behind this gateway is reached.',
  upstream_auth: 'The model provider did not accept the credentials of this gateway.',
  model_not_found: 'The model provider does not know this model, or does not offer it to this account.',
  rate_limited: 'The model provider is limiting requests at the moment.',
  overloaded: 'The model provider is overloaded at the moment.',
  invalid_request: 'The model provider refused the request as invalid.',
  upstream_error: 'The model provider failed to answer.'
} satisfies Partial<Record<ErrorCode, string>>

/** What may go wrong at the model provider. */
export type ProviderFailure = keyof typeof sentences

/** What the provider's HTTP status says; undefined where that is nothing of use. */
export function failureByStatus(status: number | string): ProviderFailure | undefined {
  return byStatus[status]
}

/** The failure in the gateway's own words. */
export function turnErrorOf(failure: ProviderFailure): TurnError {
  return { code: failure, message: sentences[failure] }
}

const byStatus: Record<string, ProviderFailure> = {
  400: 'invalid_request',
  401: 'upstream_auth',
  402: 'usage_limit_exceeded',
  403: 'upstream_auth',
  404: 'model_not_found',
  429: 'rate_limited',
  503: 'overloaded',
  529: 'overloaded'
}

/** The sentences of codex-cli 0.169, the first match holding. */
const bySentence: readonly [RegExp, ProviderFailure][] = [
  [
    /^codex ran out of room|context_length_exceeded|input_too_large|exceeds the maximum length/i,
    'context_length_exceeded'
  ],
  [/^you.ve hit your usage limit|^quota exceeded|usage_limit|insufficient_quota/i, 'usage_limit_exceeded'],
  [/^not logged in|log out and sign in|refresh token|^missing environment variable/i, 'upstream_auth'],
  [/^rate limit exceeded/i, 'rate_limited'],
  [/model is at capacity/i, 'overloaded'],
  [/\bmodel\b.{0,200}\b(?:does not exist|not supported|not found)|model_not_found/is, 'model_not_found']
]

/** What Codex calls a failure and is an end of the answer: the sentence of codex-cli 0.169 for a `response.incomplete`. */
export function cutFrom(message: unknown): Cut | undefined {
  if (typeof message !== 'string') return undefined
  const reason = /\bIncomplete response returned, reason: (max_output_tokens|content_filter)\b/.exec(message)?.[1]
  return reason === 'max_output_tokens' ? 'length' : (reason as 'content_filter' | undefined)
}

/** A failure that Codex told in a sentence: the message of exec's `turn.failed` or last `error`, or of app-server's turn error. */
export function turnErrorFromCodex(message: string): TurnError {
  const body = /^\s*\{/.test(message) // a 400's whole body, as the upstream wrote it
  const status = message.match(/\b(?:unexpected|last) status:? (\d{3})\b/)?.[1]
  const failure =
    (status && byStatus[status]) ||
    bySentence.find(([pattern]) => pattern.test(message))?.[1] ||
    (body ? 'invalid_request' : 'upstream_error')
  const refusal = body ? providerRefusalIn(message) : undefined
  return refusal ? refused(refusal) : turnErrorOf(failure)
}

function refused({ what, reason }: ProviderRefusal): TurnError {
  switch (what) {
    case 'schema': {
      const message = reason ?? 'The model provider does not accept this JSON schema.'
      return { code: 'invalid_request', message, param: 'outputSchema', reason: 'invalid_schema' }
    }
    case 'tools': {
      const message = reason ?? 'The model provider does not accept the parameters of these tools.'
      return { code: 'invalid_request', message, param: 'tools', reason: 'invalid_tool_schema' }
    }
    case 'reasoning': {
      const message =
        'The model provider cannot decrypt the reasoning in this request: it is of another account or model. Send the items without it.'
      return { code: 'invalid_request', message, param: 'input', reason: 'invalid_reasoning' }
    }
  }
}
