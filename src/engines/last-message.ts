import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'

/** With a schema only the last message is the answer; what came before it was thinking aloud. */
export async function* lastMessageOnly(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  let held: Extract<TurnEvent, { type: 'item.completed' | 'item.started' | 'item.updated' }> | undefined
  for await (const event of events) {
    if (event.type === 'item.completed' && event.item.type === 'agent_message') {
      if (held?.item.type === 'agent_message') yield { ...held, item: { ...held.item, type: 'reasoning' } }
      held = event
      continue
    }
    if (isTurnEnd(event) && held) yield held
    yield event
  }
}
