import type { TurnEvent } from '../../turn/event.ts'

/**
 * Takes out what exec says twice: after a dropped stream the repeated attempt tells a message again
 * that had been complete before (codex-cli 0.169). Equal text after "Reconnecting…" is that message.
 */
export async function* withoutRepeats(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  const said = new Set<string>()
  let reconnected = false
  for await (const event of events) {
    if (event.type === 'error') reconnected = true
    if (event.type === 'item.completed' && event.item.type === 'agent_message') {
      if (reconnected && said.has(event.item.text)) continue
      said.add(event.item.text)
    }
    yield event
  }
}
