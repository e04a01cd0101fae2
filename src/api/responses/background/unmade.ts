import type { GatewayError } from '../../../turn/error.ts'
import type { ResponseEvent } from '../event.ts'
import { responseErrorFrom } from '../events.ts'
import type { ResponseResource } from '../resource.ts'

/** How a response ends that is not made. */
export type UnmadeEnd = GatewayError | 'cancelled' | 'interrupted'

/** It began, and the gateway that made it is gone: nobody knows what commands did. */
const interrupted = {
  code: 'server_error',
  message:
    'Interrupted: the gateway ended while this response was made. Commands may have run; look at what is done before you ask again.'
}

/** The response as it is then. */
export function unmade(resource: ResponseResource, end: UnmadeEnd): ResponseResource {
  const { waiting_for_reset: _waiting, ...rest } = resource
  if (end === 'cancelled') return { ...rest, status: 'cancelled' }
  return { ...rest, status: 'failed', error: end === 'interrupted' ? interrupted : responseErrorFrom(end) }
}

/** Its last event. */
export const lastEvent = (response: ResponseResource): ResponseEvent => ({ type: 'response.failed', response })
