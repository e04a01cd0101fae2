import type { Connection } from '../../../codex/app-server/connection.ts'
import { responseItemsFrom } from '../thread/response-items.ts'
import { inputPartFrom } from '../thread/thread-request.ts'
import type { AddedMessage, Resumed } from './open-turn.ts'

/**
 * Gives a turn that waits what its calls returned. What comes with the results is sent before them: codex asks the model
 * again as soon as it has the last one, and puts it behind them (codex-cli 0.169). `instruction`: what the model is reminded
 * of in each step.
 */
export async function resume(
  connection: Connection,
  { turn, results, messages }: Resumed,
  instruction: string | undefined
): Promise<void> {
  const { threadId, turnId } = turn
  const add = ({ role, content }: Omit<AddedMessage, 'type'>) => {
    const items = responseItemsFrom([{ type: 'message', role, content }])
    return role === 'user'
      ? connection.request('turn/steer', { threadId, expectedTurnId: turnId, input: content.map(inputPartFrom) })
      : connection.request('thread/inject_items', { threadId, items })
  }
  for (const message of messages) await add(message)
  if (instruction !== undefined) await add({ role: 'developer', content: [{ type: 'text', text: instruction }] })
  for (const [id, output] of results) turn.calls.answer(id, output)
}
