import { errorAnswerFrom } from '../../openai/errors.ts'
import { responseUsageFrom } from '../../openai/usage.ts'
import type { ResponseUsage } from '../../openai/usage.ts'
import type { ErrorCode, GatewayError } from '../../turn/error.ts'
import type { Cut } from '../../turn/event.ts'
import type { Usage } from '../../turn/usage.ts'
import type { Ending, Translation } from '../emit.ts'
import type { TurnOutput } from './output.ts'
import type { ResponseEvent } from './event.ts'
import type { ResponseResource, ResponseState, ResponseStatus } from './resource.ts'

/** One response as a stream of events. */
export interface ResponseEvents extends Translation<ResponseEvent> {
  /** The first ones. */
  readonly opening: readonly ResponseEvent[]
  /** Repeats the state, after a long silence: clients fail on event types they do not know, and some do not count comments as activity. */
  keepAlive: () => ResponseEvent
  /** The last ones of a turn that went well. */
  complete: (ending: Ending) => readonly ResponseEvent[]
  /** The last ones of a turn that failed: some clients see only the one, some only the other. */
  fail: (error: GatewayError, usage?: Usage) => readonly ResponseEvent[]
  /** The last one of a turn that its client has cancelled. OpenAI has no event of its own for that. */
  cancel: () => readonly ResponseEvent[]
  /** It waits until a usage limit is lifted, at this time in Unix milliseconds. */
  queue: (until: number) => readonly ResponseEvent[]
  /** The response as it is now. */
  resource: () => ResponseResource
}

export function responseEventsFrom(
  resourceFrom: (state: ResponseState) => ResponseResource,
  output: TurnOutput
): ResponseEvents {
  let ended: Omit<ResponseState, 'output'> = {
    status: 'in_progress',
    error: null,
    usage: null,
    completed_at: null,
    incomplete_details: null
  }
  const resource = () => resourceFrom({ output: output.items(), ...ended })
  const inProgress = (): ResponseEvent => ({ type: 'response.in_progress', response: resource() })
  const end = (
    status: ResponseStatus,
    usage: ResponseUsage | null,
    { error = null, cut }: { error?: ResponseState['error']; cut?: Cut | undefined } = {}
  ): ResponseResource => {
    const completed_at = status === 'completed' ? Math.floor(Date.now() / 1000) : null
    ended = { status, error, usage, completed_at, incomplete_details: incomplete(cut) }
    return resource()
  }
  return {
    opening: [{ type: 'response.created', response: resource() }, inProgress()],
    translate: (event) => output.translate(event),
    keepAlive: inProgress,
    complete(ending) {
      const { cut, usage } = ending
      const status = cut ? 'incomplete' : 'completed'
      const last = output.end(ending)
      return [...last, { type: `response.${status}`, response: end(status, responseUsageFrom(usage), { cut }) }]
    },
    fail: (error, usage) => [
      errorEvent(error),
      {
        type: 'response.failed',
        response: end('failed', usage ? responseUsageFrom(usage) : null, { error: responseErrorFrom(error) })
      }
    ],
    cancel: () => [{ type: 'response.failed', response: end('cancelled', null) }],
    queue(until) {
      ended = { ...ended, status: 'queued', waiting_for_reset: { resets_at: Math.ceil(until / 1000) } }
      return [{ type: 'response.queued', response: resource() }]
    },
    resource
  }
}

function incomplete(cut: Cut | undefined): ResponseState['incomplete_details'] {
  return cut ? { reason: cut === 'length' ? 'max_output_tokens' : cut } : null
}

/** Flat for clients that read it so, nested for those that do not. */
export function errorEvent(error: GatewayError): ResponseEvent {
  const { message, type, param, code } = errorAnswerFrom(error, true).body.error
  return { type: 'error', code, message, param, error: { type, code, message, param } }
}

const codes: Partial<Record<ErrorCode, string>> = {
  invalid_request: 'invalid_prompt',
  context_length_exceeded: 'invalid_prompt',
  rate_limited: 'rate_limit_exceeded',
  usage_limit_exceeded: 'rate_limit_exceeded'
}

/** A response's error has its own closed list of codes. */
export function responseErrorFrom({ code, message }: GatewayError): { code: string; message: string } {
  return { code: codes[code] ?? 'server_error', message }
}
