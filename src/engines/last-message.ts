import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'

/** With a schema only the last message is the answer; the messages before it are reasoning. */
export async function* lastMessageOnly(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  let last: Extract<TurnEvent, { type: 'item.completed' | 'item.started' | 'item.updated' }> | undefined
  for await (const event of events) {
    if (event.type === 'item.completed' && event.item.type === 'agent_message') {
      if (last?.item.type === 'agent_message') yield { ...last, item: { ...last.item, type: 'reasoning' } }
      last = event
      continue
    }
    if (isTurnEnd(event) && last) yield last
    yield event
  }
}
