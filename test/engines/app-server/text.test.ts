import { describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { message, reasoning } from '../../support/upstream/items.ts'
import { endOf, deltasOf, startAppServer } from './rig.ts'

describe('a turn on app-server', () => {
  it('emits text as it comes, and the usage of this turn', async () => {
    await using rig = await startAppServer({ answer: says('Hel', 'lo ', 'world') })
    const events = await rig.run()
    expect(events.map(({ type }) => type)).toEqual([
      'thread.started',
      'turn.started',
      'item.delta',
      'item.delta',
      'item.delta',
      'item.completed',
      'usage.counted',
      'turn.completed'
    ])
    expect(deltasOf(events)).toBe('Hello world')
    expect(endOf(events)).toEqual({
      type: 'turn.completed',
      usage: {
        input_tokens: 100,
        cached_input_tokens: 40,
        cache_write_input_tokens: 0,
        output_tokens: 20,
        reasoning_output_tokens: 5
      }
    })
  })

  it('separates commentary and reasoning from the answer', async () => {
    await using rig = await startAppServer({
      answer: answer([
        reasoning(['**Wei', 'ghing**'], 'second'),
        message('I look first.', 'commentary'),
        message(['It is ', 'done.'], 'final_answer')
      ])
    })
    const events = await rig.run()
    expect(deltasOf(events)).toBe('It is done.')
    expect(deltasOf(events, 'reasoning')).toBe('**Weighing**\n\nsecondI look first.')
  })
})
