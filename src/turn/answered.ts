import type { TurnEvent } from './event.ts'

/** What an API calls the fields of a turn that a failure may name. */
export interface FieldNames {
  outputSchema: string
}

/**
 * Lets a turn that completed without a message or a call fail: it has answered nothing, which is not the same as an empty answer.
 * A failure names the fields as the API's clients know them.
 */
export async function* answered(
  events: AsyncIterable<TurnEvent>,
  names?: FieldNames
): AsyncGenerator<TurnEvent, void, void> {
  let any = false
  for await (const event of events) {
    any ||= isAnswer(event)
    if (event.type === 'turn.completed' && !any)
      yield {
        type: 'turn.failed',
        error: { code: 'upstream_error', message: 'Codex ended the turn without an answer.' },
        usage: event.usage
      }
    else if (names && event.type === 'turn.failed' && event.error.param === 'outputSchema')
      yield { ...event, error: { ...event.error, param: names.outputSchema } }
    else yield event
  }
}

function isAnswer(event: TurnEvent): boolean {
  if (event.type === 'item.delta') return event.item_type === 'agent_message'
  return event.type === 'tool.called' || (event.type === 'item.completed' && event.item.type === 'agent_message')
}
