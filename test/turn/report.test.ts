import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../src/turn/event.ts'
import { isRepeatable, newReport, noteEvent, observed } from '../../src/turn/report.ts'
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

  it('has what became of the results that a thread continues with', () => {
    const resultsIn = (event: TurnEvent) => {
      const report = newReport(0)
      noteEvent(report, event)
      return 'toolResults' in report ? report.toolResults : 'none'
    }
    expect(resultsIn({ type: 'thread.started', thread_id: 't' })).toBe('none')
    expect(resultsIn({ type: 'thread.started', thread_id: 't', tool_results: 'resumed' })).toBe('resumed')
  })

  it('counts none twice when the end repeats their sum', () => {
    expect(after(counted(100), { type: 'turn.completed', usage: { ...noUsage, input_tokens: 100 } }).input).toBe(100)
  })

  it('says of tokens that nobody counted that they are unknown, not zero', () => {
    const unknown: TurnEvent = { type: 'usage.unknown', cause: 'torn' }
    expect(after(unknown, unknown, { type: 'turn.completed' })).toEqual({ input: undefined, unknown: 2 })
  })
})

const commandItem = {
  id: 'c',
  type: 'command_execution' as const,
  command: 'ls',
  aggregated_output: '',
  status: 'in_progress'
}

/** The report itself after these events. */
function reportAfter(...events: TurnEvent[]) {
  const report = newReport(performance.now() - 1_000)
  for (const event of events) noteEvent(report, event)
  return report
}

describe('what a report notes', () => {
  it('is nothing while the turn waits', () => {
    expect(reportAfter({ type: 'turn.queued' })).toMatchObject({ admitted: false, acted: false })
  })

  it('is where and how the turn runs', () => {
    const report = reportAfter(
      { type: 'turn.admitted', engine: 'exec', queued_ms: 12 },
      { type: 'thread.started', thread_id: 't' }
    )
    expect(report).toMatchObject({ engine: 'exec', queuedMs: 12, threadId: 't', admitted: true, acted: false })
    noteEvent(report, { type: 'turn.started', turn_id: 'u' })
    expect(report).toMatchObject({ turnId: 'u' })
  })

  it('is the worker that runs it, and why it was cut', () => {
    const admitted = { type: 'turn.admitted', engine: 'exec', queued_ms: 0 } as const
    expect(reportAfter(admitted)).not.toHaveProperty('worker')
    expect(reportAfter({ ...admitted, worker: 'w1' })).toMatchObject({ worker: 'w1' })
    expect(reportAfter({ type: 'turn.completed' })).not.toHaveProperty('cut')
    expect(reportAfter({ type: 'turn.completed', cut: 'length' })).toMatchObject({ cut: 'length' })
  })

  it('is the time of the first text of a message, and of that alone', () => {
    const delta = (item_type: 'agent_message' | 'reasoning'): TurnEvent => ({
      type: 'item.delta',
      item_id: '1',
      item_type,
      delta: 'a'
    })
    expect(reportAfter(delta('reasoning')).firstTextMs).toBeUndefined()
    const report = reportAfter(delta('agent_message'))
    const first = report.firstTextMs ?? NaN
    expect(first).toBeGreaterThanOrEqual(1_000)
    expect(first).toBeLessThan(60_000)
    noteEvent(report, delta('agent_message'))
    expect(report.firstTextMs).toBe(first)
  })

  it.each<[string, boolean, TurnEvent]>([
    ['a command', true, { type: 'item.started', item: commandItem }],
    ['its output', true, { type: 'item.delta', item_id: 'c', item_type: 'command_execution', delta: 'a' }],
    [
      'a patch',
      true,
      { type: 'item.completed', item: { id: 'p', type: 'file_change', changes: [], status: 'failed' } }
    ],
    [
      'a tool of an MCP server',
      true,
      { type: 'item.started', item: { id: 'm', type: 'mcp_tool_call', server: 's', tool: 't', status: 'in_progress' } }
    ],
    ['an unknown item', true, { type: 'item.started', item: { id: 'u', type: 'unknown', original: {} } }],
    ['a message', false, { type: 'item.completed', item: { id: '1', type: 'agent_message', text: 'a' } }],
    ['a thought', false, { type: 'item.completed', item: { id: '1', type: 'reasoning', text: 'a' } }],
    ['a plan', false, { type: 'item.updated', item: { id: '1', type: 'todo_list', items: [] } }],
    ['a search', false, { type: 'item.started', item: { id: '1', type: 'web_search', query: 'a' } }],
    ['a warning', false, { type: 'item.completed', item: { id: '1', type: 'error', message: 'a' } }],
    ['a call of the client’s function', false, { type: 'tool.called', call_id: 'c', name: 'f', arguments: '{}' }]
  ])('is whether codex has acted: %s', (_name, acted, event) => {
    const report = reportAfter({ type: 'turn.started' }, event)
    expect([report.acted, isRepeatable(report)]).toEqual([acted, !acted])
  })

  it('is that a turn whose worker is lost may have acted unseen', () => {
    const error = { code: 'engine_stopped', message: 'Lost.' } as const
    expect(isRepeatable(reportAfter({ type: 'turn.failed', error: { ...error, reason: 'worker_lost' } }))).toBe(false)
    expect(isRepeatable(reportAfter({ type: 'turn.failed', error }))).toBe(true)
  })

  it('is that a complete answer is not to be repeated', () => {
    expect(isRepeatable(reportAfter({ type: 'turn.completed' }))).toBe(false)
    expect(isRepeatable(reportAfter({ type: 'turn.failed', error: { code: 'timeout', message: 'Late.' } }))).toBe(true)
  })

  it.each<[TurnEvent, object]>([
    [
      { type: 'turn.completed', usage: { ...noUsage, output_tokens: 5 } },
      { end: 'turn.completed', usage: { output_tokens: 5 } }
    ],
    [
      { type: 'turn.failed', error: { code: 'timeout', message: 'Late.' } },
      { end: 'turn.failed', cause: 'timeout', acted: false }
    ],
    [
      { type: 'turn.interrupted', reason: 'client' },
      { end: 'turn.interrupted', cause: 'client' }
    ]
  ])('is how it ended: %o', (event, expected) => {
    expect(reportAfter(event)).toMatchObject(expected)
  })

  it('is noted while the events pass through', async () => {
    const report = newReport()
    const events: TurnEvent[] = [{ type: 'thread.started', thread_id: 't' }, { type: 'turn.completed' }]
    const passed: TurnEvent[] = []
    for await (const event of observed(
      (async function* () {
        yield* events
      })(),
      report
    ))
      passed.push(event)
    expect(passed).toEqual(events)
    expect(report).toMatchObject({ threadId: 't', end: 'turn.completed' })
  })
})
