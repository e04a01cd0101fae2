import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../src/turn/event.ts'
import { newReport, noteEvent } from '../../src/turn/report.ts'
import { noUsage } from '../../src/turn/usage.ts'

const counted = (input: number): TurnEvent => ({
  type: 'usage.counted',
  response_id: `r${input}`,
  thread_id: 't',
  usage: { ...noUsage, input_tokens: input },
  source: 'response'
})

/** What is known of a turn after these events. */
function after(...events: TurnEvent[]) {
  const report = newReport(0)
  for (const event of events) noteEvent(report, event)
  return { input: report.usage?.input_tokens, unknown: report.unknownResponses }
}

describe('the report of a turn', () => {
  it('has the tokens counted so far, before the turn has ended', () => {
    expect(after(counted(100), counted(200))).toEqual({ input: 300, unknown: undefined })
  })

  it('counts none twice when the end repeats their sum', () => {
    expect(after(counted(100), { type: 'turn.completed', usage: { ...noUsage, input_tokens: 100 } }).input).toBe(100)
  })

  it('says of tokens that nobody counted that they are unknown, not zero', () => {
    const unknown: TurnEvent = { type: 'usage.unknown', cause: 'torn' }
    expect(after(unknown, unknown, { type: 'turn.completed' })).toEqual({ input: undefined, unknown: 2 })
  })
})
