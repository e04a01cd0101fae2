import type { Connection } from '../../../codex/app-server/connection.ts'
import { itemsFrom } from '../thread/response-items.ts'
import { inputFrom } from '../thread/thread-request.ts'
import type { Resumed } from './open-turn.ts'

/**
 * Gives a turn that waits what its calls returned. What comes with the results is sent before them: codex asks the model
 * again as soon as it has the last one (codex-cli 0.169).
 */
export async function resume(connection: Connection, { turn, results, messages }: Resumed): Promise<void> {
  const { threadId, turnId } = turn
  for (const message of messages)
    if (message.role === 'user') {
      const input = message.content.map(inputFrom)
      await connection.request('turn/steer', { threadId, expectedTurnId: turnId, input })
    } else await connection.request('thread/inject_items', { threadId, items: itemsFrom([message]) })
  for (const [id, output] of results) turn.calls.answer(id, output)
}
