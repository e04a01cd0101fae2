import type { TurnEvent } from './event.ts'
import { mapped } from './mapped.ts'

/** What an API calls the fields of a turn that a failure may name. */
export interface FieldNames {
  outputSchema: string
}

/** A turn whose failures name the fields as the API's clients know them. */
export function withFieldNames(events: AsyncIterable<TurnEvent>, names: FieldNames): AsyncIterable<TurnEvent> {
  return mapped(events, (event) =>
    event.type === 'turn.failed' && event.error.param === 'outputSchema'
      ? [{ ...event, error: { ...event.error, param: names.outputSchema } }]
      : [event]
  )
}
