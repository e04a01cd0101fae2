import type { Connection } from '../codex/app-server/connection.ts'
import { GatewayError } from '../turn/error.ts'

/** Takes a turn out of the history, which may not have it. */
export async function revert(connection: Connection, threadId: string, beforeTurnId: string): Promise<void> {
  try {
    await connection.request('thread/revert', { threadId, beforeTurnId })
  } catch (error) {
    if (!(error instanceof GatewayError) || !['turn_not_found', 'thread_not_found'].includes(error.code)) throw error
  }
}
