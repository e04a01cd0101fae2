import { describe, expect, it } from 'vitest'
import { answered } from '../../src/turn/answered.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { noUsage } from '../../src/turn/usage.ts'

const completed: TurnEvent = { type: 'turn.completed', usage: { ...noUsage, input_tokens: 7 } }
const refused: TurnEvent = {
  type: 'turn.failed',
  error: { code: 'invalid_request', message: 'No.', param: 'outputSchema' }
}

async function after(events: TurnEvent[], names?: { outputSchema: string }): Promise<TurnEvent[]> {
  const all: TurnEvent[] = []
  for await (const event of answered(
    (async function* () {
      yield* events
    })(),
    names
  ))
    all.push(event)
  return all
}

const delta = (item_type: 'agent_message' | 'reasoning'): TurnEvent => ({
  type: 'item.delta',
  item_id: '1',
  item_type,
  delta: 'a'
})
const item = (type: 'agent_message' | 'reasoning'): TurnEvent => ({
  type: 'item.completed',
  item: { id: '1', type, text: 'a' }
})
const call: TurnEvent = { type: 'tool.called', call_id: 'c', name: 'f', arguments: '{}' }

describe('a turn that completed', () => {
  it.each([
    ['a delta of a message', delta('agent_message')],
    ['a message', item('agent_message')],
    ['a call', call]
  ])('with %s is an answer', async (_name, event) => {
    expect(await after([event, completed])).toEqual([event, completed])
  })

  it.each([
    ['nothing', []],
    ['a delta of reasoning', [delta('reasoning')]],
    ['reasoning', [item('reasoning')]]
  ])('with %s is none: it fails, and keeps its usage', async (_name, events) => {
    expect((await after([...events, completed])).at(-1)).toMatchObject({
      type: 'turn.failed',
      error: { code: 'upstream_error' },
      usage: { input_tokens: 7 }
    })
  })
})

describe('a failure that names a field of the turn', () => {
  it('names it as the API calls it, and only that one', async () => {
    const other: TurnEvent = { type: 'turn.failed', error: { code: 'invalid_request', message: 'No.', param: 'model' } }
    const names = { outputSchema: 'response_format' }
    expect(await after([refused], names)).toEqual([
      { ...refused, error: { code: 'invalid_request', message: 'No.', param: 'response_format' } }
    ])
    expect(await after([other], names)).toEqual([other])
    expect(await after([refused])).toEqual([refused])
  })
})
