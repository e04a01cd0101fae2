import type { TurnEvent } from './event.ts'

/** What an API calls the fields of a turn that a failure may name. */
export interface FieldNames {
  outputSchema: string
}

/** A turn whose failures name the fields as the API's clients know them. */
export async function* withFieldNames(
  events: AsyncIterable<TurnEvent>,
  names: FieldNames
): AsyncGenerator<TurnEvent, void, void> {
  for await (const event of events) {
    if (event.type === 'turn.failed' && event.error.param === 'outputSchema')
      yield { ...event, error: { ...event.error, param: names.outputSchema } }
    else yield event
  }
}
