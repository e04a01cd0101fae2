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

  const thought = (id: string, text: string): TurnEvent => ({
    type: 'item.completed',
    item: { id, type: 'reasoning', text }
  })
  const work: TurnEvent = {
    type: 'item.started',
    item: { id: 'w', type: 'command_execution', command: 'ls', aggregated_output: '', status: 'in_progress' }
  }

  const final = (id: string, text: string): TurnEvent => ({
    type: 'item.completed',
    item: { id, type: 'agent_message', text, phase: 'final_answer' }
  })

  it.each<[string, TurnEvent[], TurnEvent[]]>([
    ['but for the last', [message('1', 'hm'), message('2', '{}'), end], [thought('1', 'hm'), final('2', '{}'), end]],
    ['but for the last with a text', [message('1', 'a'), message('2', ''), end], [final('1', 'a'), end]],
    [
      'as soon as work follows',
      [message('1', 'hm'), work, message('2', 'a'), end],
      [thought('1', 'hm'), work, final('2', 'a'), end]
    ],
    [
      'and the answer, where nothing follows the work',
      [message('1', 'a'), work, end],
      [thought('1', 'a'), work, final('1-answer', 'a'), end]
    ],
    ['not where there is only an empty one', [message('1', ''), end], [final('1', ''), end]]
  ])('are reasoning %s', async (_title, events, expected) => {
    expect(await all(lastMessageOnly(from(events)))).toEqual(expected)
  })
})
