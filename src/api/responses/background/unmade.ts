import { GatewayError } from '../../../turn/error.ts'
import type { ResponseEvent } from '../event.ts'
import { errorEvent, responseErrorFrom } from '../events.ts'
import type { ResponseResource } from '../resource.ts'

/** How a response ends that is not made. */
export type UnmadeEnd = GatewayError | 'cancelled'

/** It began, and the gateway that made it is gone: nobody knows what commands did. */
export const interruptedError = new GatewayError(
  'internal_error',
  'Interrupted: the gateway ended while this response was made. Commands may have run; look at what is done before you ask again.'
)

/** The response as it is then. */
export function unmade(resource: ResponseResource, end: UnmadeEnd): ResponseResource {
  const { waiting_for_reset: _waiting, ...rest } = resource
  return end === 'cancelled'
    ? { ...rest, status: 'cancelled' }
    : { ...rest, status: 'failed', error: responseErrorFrom(end) }
}

/** Its last events. */
export function lastEvents(response: ResponseResource, end: UnmadeEnd): ResponseEvent[] {
  return [...(end === 'cancelled' ? [] : [errorEvent(end)]), { type: 'response.failed', response }]
}
