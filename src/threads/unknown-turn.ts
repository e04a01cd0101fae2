import { GatewayError } from '../turn/error.ts'
import { isThreadGone } from './no-such-thread.ts'

/** Codex says of a thread and of a turn in the same words that it is not there. Where the thread is, it is the turn that `param` names. */
export async function orUnknownTurn<T>(promise: Promise<T>, param: string): Promise<T> {
  try {
    return await promise
  } catch (error) {
    if (!isThreadGone(error)) throw error
    throw new GatewayError('turn_not_found', 'There is no such turn in this thread.', { param, cause: error })
  }
}
