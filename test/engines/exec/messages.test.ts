import { describe, expect, it } from 'vitest'
import { withoutRepeats } from '../../../src/engines/exec/messages.ts'
import { lastMessageOnly } from '../../../src/engines/last-message.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

const message = (id: string, text: string): TurnEvent => ({
  type: 'item.completed',
  item: { id, type: 'agent_message', text }
})
const reconnecting: TurnEvent = { type: 'error', message: 'Reconnecting... 1/5' }
const end: TurnEvent = { type: 'turn.completed' }

async function* from(events: TurnEvent[]) {
  yield* events
}

const all = async (events: AsyncIterable<TurnEvent>) => {
  const list: TurnEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

describe('the messages of exec', () => {
  it('are emitted once when a reconnected stream repeats them', async () => {
    const events = [message('1', 'a'), reconnecting, message('2', 'a'), message('3', 'b'), end]
    expect(await all(withoutRepeats(from(events)))).toEqual([message('1', 'a'), reconnecting, message('3', 'b'), end])
  })

  it('may repeat themselves when nothing was dropped', async () => {
    const events = [message('1', 'a'), message('2', 'a'), end]
    expect(await all(withoutRepeats(from(events)))).toEqual(events)
  })

  it('are reasoning, but for the last, when the answer follows a schema', async () => {
    expect(await all(lastMessageOnly(from([message('1', 'let me see'), message('2', '{}'), end])))).toEqual([
      { type: 'item.completed', item: { id: '1', type: 'reasoning', text: 'let me see' } },
      message('2', '{}'),
      end
    ])
  })
})
