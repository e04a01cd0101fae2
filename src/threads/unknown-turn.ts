import { GatewayError } from '../turn/error.ts'

/** Codex says of a thread and of a turn in the same words that it is not there. Where the thread is, it is the turn. */
export function unknownTurn(error: unknown, param: string): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'thread_not_found') return error
  return new GatewayError('turn_not_found', 'There is no such turn in this thread.', { param, cause: error })
}
