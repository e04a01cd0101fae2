import type { TurnEvent } from '../../src/turn/event.ts'
import { describe, expect, it } from 'vitest'
import { combinedReport } from '../../src/http/report.ts'
import { newReport, noteEvent } from '../../src/turn/report.ts'
import { admitted, completed, message, usage } from '../support/scripted-engine.ts'

const command: TurnEvent = { type: 'item.delta', item_id: 'c', item_type: 'command_execution', delta: 'a' }

describe('the turns of one request', () => {
  it('are one report: the last end, all waiting and tokens together, and the first text of all', () => {
    const [one, two] = [newReport(performance.now() - 1_000), newReport(performance.now() - 9_000)]
    for (const event of [{ ...admitted, queued_ms: 3 }, ...message('a', 'Hello'), completed]) noteEvent(one, event)
    for (const event of [{ ...admitted, queued_ms: 4 }, ...message('b', 'there')]) noteEvent(two, event)
    noteEvent(two, { type: 'turn.failed', error: { code: 'upstream_error', message: 'No.' }, usage })
    expect(combinedReport([one, two])).toMatchObject({
      end: 'turn.failed',
      cause: 'upstream_error',
      queuedMs: 7,
      usage: { input_tokens: 200, output_tokens: 40 },
      firstTextMs: one.firstTextMs
    })
    expect(one.firstTextMs).toBeGreaterThanOrEqual(1_000)
    expect(one.firstTextMs).toBeLessThan(9_000)
  })

  it('have acted if one of them has', () => {
    const [ran, refused] = [newReport(), newReport()]
    for (const event of [admitted, command, completed]) noteEvent(ran, event)
    noteEvent(refused, { type: 'turn.failed', error: { code: 'rate_limited', message: 'No.' } })
    expect(combinedReport([ran, refused])?.acted).toBe(true)
    expect(combinedReport([refused, refused])?.acted).toBe(false)
  })

  it('are nothing where there is none', () => {
    expect(combinedReport()).toBeUndefined()
  })
})
