import type { TurnEvent } from '../turn/event.ts'

/** Lets a turn that completed without a message or a call fail: it has answered nothing, which is not the same as an empty answer. */
export async function* answered(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent, void, void> {
  let any = false
  for await (const event of events) {
    any ||= isAnswer(event)
    if (event.type === 'turn.completed' && !any) yield { type: 'turn.failed', error: { code: 'upstream_error', message: 'Codex ended the turn without an answer.' }, usage: event.usage }
    else yield event
  }
}

function isAnswer(event: TurnEvent): boolean {
  if (event.type === 'item.delta') return event.item_type === 'agent_message'
  return event.type === 'tool.called' || (event.type === 'item.completed' && event.item.type === 'agent_message')
}
