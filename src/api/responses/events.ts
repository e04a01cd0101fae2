import { errorAnswerFrom } from '../../openai/errors.ts'
import { responseUsageFrom } from '../../openai/usage.ts'
import type { ResponseUsage } from '../../openai/usage.ts'
import type { ErrorCode, GatewayError } from '../../turn/error.ts'
import type { Usage } from '../../turn/usage.ts'
import type { Translation } from '../emit.ts'
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
  complete: (usage: Usage | undefined) => readonly ResponseEvent[]
  /** The last ones of a turn that failed: some clients see only the one, some only the other. */
  fail: (error: GatewayError, usage?: Usage) => readonly ResponseEvent[]
  /** Its client has cancelled it. */
  cancel: () => void
  /** The response as it is now. */
  resource: () => ResponseResource
}

export function responseEventsFrom(
  resourceFrom: (state: ResponseState) => ResponseResource,
  output: TurnOutput
): ResponseEvents {
  let ended: Pick<ResponseState, 'status' | 'error' | 'usage' | 'completed_at'> = {
    status: 'in_progress',
    error: null,
    usage: null,
    completed_at: null
  }
  const resource = () => resourceFrom({ ...ended, output: output.items() })
  const inProgress = (): ResponseEvent => ({ type: 'response.in_progress', response: resource() })
  const end = (
    status: ResponseStatus,
    usage: ResponseUsage | null,
    error: ResponseState['error'] = null
  ): ResponseResource => {
    ended = { status, error, usage, completed_at: status === 'completed' ? Math.floor(Date.now() / 1000) : null }
    return resource()
  }
  return {
    opening: [{ type: 'response.created', response: resource() }, inProgress()],
    translate: (event) => output.translate(event),
    keepAlive: inProgress,
    complete: (usage) => [
      ...output.close(),
      { type: 'response.completed', response: end('completed', responseUsageFrom(usage)) }
    ],
    fail: (error, usage) => [
      errorEvent(error),
      {
        type: 'response.failed',
        response: end('failed', usage ? responseUsageFrom(usage) : null, responseErrorFrom(error))
      }
    ],
    cancel: () => void end('cancelled', null),
    resource
  }
}

/** Flat for clients that read it so, nested for those that do not. */
function errorEvent(error: GatewayError): ResponseEvent {
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
function responseErrorFrom({ code, message }: GatewayError): { code: string; message: string } {
  return { code: codes[code] ?? 'server_error', message }
}
