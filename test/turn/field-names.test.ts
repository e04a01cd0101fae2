import { describe, expect, it } from 'vitest'
import { withFieldNames } from '../../src/turn/field-names.ts'
import type { TurnEvent } from '../../src/turn/event.ts'

const refused: TurnEvent = {
  type: 'turn.failed',
  error: { code: 'invalid_request', message: 'No.', param: 'outputSchema' }
}

async function after(events: TurnEvent[], names: { outputSchema: string }): Promise<TurnEvent[]> {
  const all: TurnEvent[] = []
  for await (const event of withFieldNames(
    (async function* () {
      yield* events
    })(),
    names
  ))
    all.push(event)
  return all
}

describe('a failure that names a field of the turn', () => {
  it('names it as the API calls it, and only that one', async () => {
    const other: TurnEvent = { type: 'turn.failed', error: { code: 'invalid_request', message: 'No.', param: 'model' } }
    const names = { outputSchema: 'response_format' }
    expect(await after([refused], names)).toEqual([
      { ...refused, error: { code: 'invalid_request', message: 'No.', param: 'response_format' } }
    ])
    expect(await after([other], names)).toEqual([other])
  })
})
