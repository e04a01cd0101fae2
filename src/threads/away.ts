import { GatewayError } from '../turn/error.ts'

/** Seconds after which an app-server that could not be started may be tried again. */
const retryAfter = 2

/** What `promise` does. Where there is no app-server nothing has run, so that a client may try again. */
export async function orAway<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'engine_stopped') throw error
    throw new GatewayError('overloaded', 'Codex is not running at the moment. Please try again.', {
      retryAfter,
      cause: error
    })
  }
}
