import { z } from 'zod'
import { RpcError, RpcTimeout } from '../wire/json-rpc.ts'
import { failureByStatus, turnErrorFromCodex, turnErrorOf } from '../wire/failure.ts'
import type { ProviderFailure } from '../wire/failure.ts'
import { GatewayError } from '../../turn/error.ts'
import type { TurnError } from '../../turn/error.ts'

const byInfo: Record<string, ProviderFailure> = {
  contextWindowExceeded: 'context_length_exceeded',
  usageLimitExceeded: 'usage_limit_exceeded',
  sessionBudgetExceeded: 'usage_limit_exceeded',
  rateLimitExceeded: 'rate_limited',
  serverOverloaded: 'overloaded',
  flexUnavailable: 'overloaded',
  policyCapacityUnavailable: 'overloaded',
  modelNotFound: 'model_not_found',
  unauthorized: 'upstream_auth',
  badRequest: 'invalid_request',
  cyberPolicy: 'invalid_request',
  misalignmentPolicyViolation: 'invalid_request',
  inferenceHookDenied: 'invalid_request'
}

/** A turn's error; `codexErrorInfo` is a word, or an object of one word that holds the provider's HTTP status. */
const turnError = z.object({
  message: z.string().catch(''),
  codexErrorInfo: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .nullish()
    .catch(null)
})
const detail = z.object({ httpStatusCode: z.number() })

/** A turn that failed, in our codes. `retryAfter`: seconds until the account's limit is lifted, where known. */
export function turnErrorFromAppServer(value: unknown, retryAfter: () => number | undefined): TurnError {
  const { message: original, codexErrorInfo: info } = turnError.safeParse(value).data ?? { message: '' }
  const failure = typeof info === 'string' ? byInfo[info] : failureFromStatus(info)
  const error = failure ? turnErrorOf(failure) : turnErrorFromCodex(original) // a plain 400 is `other`, and its message the upstream's body
  if (error.code !== 'usage_limit_exceeded' && error.code !== 'rate_limited') return error
  const seconds = retryAfter()
  if (seconds === undefined) return error
  const message =
    error.code === 'usage_limit_exceeded' ? `${error.message} It is lifted ${inTime(seconds)}.` : error.message
  return { ...error, message, retry_after: seconds }
}

/** As people say it: a limit may last for seconds or for days. */
function inTime(seconds: number): string {
  const format = new Intl.RelativeTimeFormat('en')
  if (seconds < 120) return format.format(seconds, 'second')
  if (seconds < 7_200) return format.format(Math.round(seconds / 60), 'minute')
  return format.format(Math.round(seconds / 3_600), 'hour')
}

function failureFromStatus(info: Record<string, unknown> | null | undefined): ProviderFailure | undefined {
  const status = detail.safeParse(Object.values(info ?? {})[0]).data?.httpStatusCode
  return status === undefined ? undefined : failureByStatus(status)
}

/** codex-cli 0.169 answers nearly everything with -32600 and a sentence. */
const byAnswer: readonly [RegExp, () => GatewayError][] = [
  [
    /no rollout found|thread not found|turn not found|was not found in the source thread|invalid (?:session|thread) id/i,
    () => new GatewayError('thread_not_found', 'There is no such thread.')
  ],
  [
    /not materialized yet|before first user message|is not supported yet/i,
    () => new GatewayError('turn_not_found', 'The thread has no turn yet.')
  ],
  [
    /no active turn to|expected active turn id/i,
    () => new GatewayError('conflict', 'No such turn is running on this thread.')
  ],
  [
    /forked history still references/i,
    () => new GatewayError('conflict', 'Forks of this thread hold on to its history.')
  ],
  [
    /invalid cursor/i,
    () =>
      new GatewayError('invalid_request', "Invalid value for 'cursor': it is none of this list.", { param: 'cursor' })
  ],
  [
    /account authentication required/i,
    () => new GatewayError('codex_not_logged_in', 'Codex is not logged in with an account that has limits to report.')
  ],
  [/is closing/i, () => new GatewayError('thread_busy', 'The thread is just being closed. Please try again.')],
  [
    /exceeds the maximum length/i,
    () => new GatewayError('context_length_exceeded', turnErrorOf('context_length_exceeded').message)
  ],
  [/image/i, () => new GatewayError('invalid_request', 'Codex does not accept this image.')],
  [/dynamic tool/i, () => new GatewayError('invalid_request', 'Codex does not accept these tools.', { param: 'tools' })]
]

const overloaded = -32_001

/** What a call to app-server was refused with, or did not answer, in our codes. What is no failure of a call is returned as it is. */
export function gatewayErrorFromRpc(error: unknown): unknown {
  if (error instanceof RpcTimeout)
    return new GatewayError('engine_stopped', 'Codex did not answer in time.', { cause: error })
  if (!(error instanceof RpcError)) return error
  if (error.code === overloaded)
    return new GatewayError('overloaded', 'Codex has more to do than it can take on. Please try again.', {
      retryAfter: 1,
      cause: error
    })
  const known = byAnswer.find(([pattern]) => pattern.test(error.message))?.[1]
  return known?.() ?? new GatewayError('upstream_error', 'Codex refused to run this turn.', { cause: error })
}
