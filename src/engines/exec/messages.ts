import type { TurnEvent } from '../../turn/event.ts'

/**
 * Removes what exec emits twice: after a stream broke, the next attempt emits messages again that had been complete before
 * (codex-cli 0.169). Equal text after "Reconnecting…" is such a message.
 */
export async function* withoutRepeats(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  const emitted = new Set<string>()
  let reconnected = false
  for await (const event of events) {
    if (event.type === 'error') reconnected = true
    if (event.type === 'item.completed' && event.item.type === 'agent_message') {
      if (reconnected && emitted.has(event.item.text)) continue
      emitted.add(event.item.text)
    }
    yield event
  }
}
