import { isTurnEnd } from '../../turn/event.ts'
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
