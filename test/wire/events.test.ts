import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { ThreadItem } from '../../src/turn/item.ts'
import { eventFrom } from '../../src/wire/events.ts'
import { toFrontFrom, toWorkerFrom, workerBeatFrom } from '../../src/wire/messages.ts'

const usage = {
  ...{ input_tokens: 1, cached_input_tokens: 0, cache_write_input_tokens: 0 },
  ...{ output_tokens: 2, reasoning_output_tokens: 0 }
}

const items: { [T in ThreadItem['type']]: Extract<ThreadItem, { type: T }> } = {
  agent_message: {
    ...{ id: 'i', type: 'agent_message', text: 'a', phase: 'final_answer' },
    citations: [{ url: 'https://a.example', title: 'A', start_index: 0, end_index: 1 }]
  },
  reasoning: { id: 'i', type: 'reasoning', text: 'a', encrypted_content: 'e' },
  command_execution: {
    ...{
      id: 'i',
      type: 'command_execution',
      command: 'ls',
      aggregated_output: 'a\n',
      exit_code: null,
      status: 'failed'
    }
  },
  file_change: { id: 'i', type: 'file_change', changes: [{ path: 'a', kind: 'add' }], status: 'completed' },
  mcp_tool_call: {
    ...{ id: 'i', type: 'mcp_tool_call', server: 's', tool: 't', status: 'completed' },
    ...{ arguments: { a: 1 }, result: ['r'], error: null }
  },
  web_search: { id: 'i', type: 'web_search', query: 'q' },
  todo_list: { id: 'i', type: 'todo_list', items: [{ text: 'a', completed: true }] },
  error: { id: 'i', type: 'error', message: 'm' },
  unknown: { id: 'i', type: 'unknown', original: { type: 'new' } }
}

/** What a worker's engine may emit: the others are of a front end's own. */
type Sent = Exclude<
  TurnEvent['type'],
  'turn.waiting' | 'turn.resumes' | 'item.started' | 'item.updated' | 'item.completed'
>

const events: { [T in Sent]: Extract<TurnEvent, { type: T }> } = {
  'turn.queued': { type: 'turn.queued' },
  'turn.admitted': { type: 'turn.admitted', engine: 'exec', queued_ms: 1, worker: 'w' },
  'thread.started': { type: 'thread.started', thread_id: 't', tool_results: 'resumed' },
  'turn.started': { type: 'turn.started', turn_id: 't' },
  'item.delta': { type: 'item.delta', item_id: 'i', item_type: 'agent_message', delta: 'a', phase: 'commentary' },
  'item.discarded': { type: 'item.discarded', item_id: 'i' },
  'text.withheld': { type: 'text.withheld' },
  'tool.called': { type: 'tool.called', call_id: 'c', name: 'n', arguments: '{}' },
  error: { type: 'error', message: 'm' },
  'usage.counted': { type: 'usage.counted', response_id: 'r', thread_id: 't', usage, source: 'response' },
  'usage.unknown': { type: 'usage.unknown', cause: 'torn' },
  'turn.completed': { type: 'turn.completed', cut: 'length', usage },
  'turn.interrupted': { type: 'turn.interrupted', reason: 'client' },
  'turn.failed': {
    type: 'turn.failed',
    error: { code: 'rate_limited', message: 'm', param: 'p', reason: 'worker_lost', retry_after: 3 }
  }
}

const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('an event on its way', () => {
  it.each(Object.values(events))('is the same at its end: $type', (event) => {
    expect(eventFrom(sent(event))).toEqual(event)
  })

  it.each(Object.values(items))('is the same at its end, with an item: $type', (item) => {
    const event = { type: 'item.completed', item }
    expect(eventFrom(sent(event))).toEqual(event)
  })

  it('loses what it is not known to have, and is passed over where it is of an unknown type or has another form', () => {
    const { 'item.delta': delta } = events
    expect(eventFrom({ ...delta, newer: 1 })).toEqual(delta)
    expect(eventFrom({ type: 'item.delta', item_id: 'i', item_type: 'newer', delta: 'a' })).toBeUndefined()
    expect(eventFrom({ type: 'item.delta', item_id: 'i', item_type: 'reasoning', delta: 1 })).toBeUndefined()
    expect(eventFrom({ type: 'newer.event' })).toBeUndefined()
  })
})

describe('a message of another version', () => {
  it('has fields that are ignored; what it asks for and is unknown is not done', () => {
    expect(toWorkerFrom({ do: 'ping', newer: 1 })).toEqual({ do: 'ping' })
    expect(toWorkerFrom({ do: 'newer' })).toBeUndefined()
    expect(toFrontFrom({ do: 'newer', turn: 'a' })).toBeUndefined()
    expect(toFrontFrom('nonsense')).toBeUndefined()
    expect(workerBeatFrom({ worker: 'a', run: 'b', beats: 2 })).toBeUndefined()
  })
})
