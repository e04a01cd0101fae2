import { errorOf, GatewayError, shuttingDown } from './error.ts'
import type { TurnEnd } from './event.ts'

const interrupted = {
  timeout: () => new GatewayError('timeout', 'The turn was not finished in time.'),
  shutdown: shuttingDown,
  elsewhere: () => new GatewayError('thread_busy', 'The turn was interrupted by another request to the same thread.'),
  client: () => new GatewayError('incomplete_request', 'The client left before the turn was finished.') // nobody is there to read it
}

/** The failure that an end stands for; undefined when the turn completed. */
export function failureFrom(end: TurnEnd): GatewayError | undefined {
  switch (end.type) {
    case 'turn.completed':
      return undefined
    case 'turn.interrupted':
      return interrupted[end.reason]()
    case 'turn.failed':
      return errorOf(end.error)
  }
}
