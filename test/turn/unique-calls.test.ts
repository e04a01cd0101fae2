import { describe, expect, it } from 'vitest'
import type { HistoryItem } from '../../src/turn/request.ts'
import { withUniqueCalls } from '../../src/turn/unique-calls.ts'

const call = (call_id: string, name: string): HistoryItem => ({ type: 'tool_call', call_id, name, arguments: '{}' })
const result = (call_id: string, text: string): HistoryItem => ({
  type: 'tool_result',
  call_id,
  output: [{ type: 'text', text }]
})
const user: HistoryItem = { type: 'message', role: 'user', content: [{ type: 'text', text: 'Hi.' }] }
const idsOf = (items: HistoryItem[]) => items.flatMap((item) => ('call_id' in item ? item.call_id : []))

describe('tool calls of a history', () => {
  it.each<[string, HistoryItem[], string[]]>([
    ['of ids of their own stay as they are', [call('a', 'f'), result('a', '1'), call('b', 'f')], ['a', 'a', 'b']],
    [
      'that count anew in each step are told apart',
      [call('0', 'f'), result('0', '1'), user, call('0', 'g'), result('0', '2'), call('0', 'h'), result('0', '3')],
      ['0', '0', '0_2', '0_2', '0_3', '0_3']
    ],
    [
      'made at once under one id have their results in order',
      [call('', 'f'), call('', 'g'), result('', '1'), result('', '2')],
      ['', '_2', '', '_2']
    ],
    [
      'get no id that another has',
      [call('a', 'f'), call('a_2', 'g'), call('a', 'h'), result('a', '1'), result('a', '2')],
      ['a', 'a_2', 'a_3', 'a', 'a_3']
    ],
    [
      'keep a second result, of the last of them',
      [call('a', 'f'), call('a', 'g'), result('a', '1'), result('a', '2'), result('a', '3')],
      ['a', 'a_2', 'a', 'a_2', 'a_2']
    ],
    [
      'keep a second result, and one without a call',
      [call('a', 'f'), result('a', '1'), result('a', '2'), result('b', '')],
      ['a', 'a', 'a', 'b']
    ]
  ])('%s', (_title, history, ids) => {
    expect(idsOf(withUniqueCalls(history))).toEqual(ids)
  })

  it('are many in linear time', () => {
    const history = Array.from({ length: 5_000 }, () => [call('x', 'f'), result('x', '')]).flat()
    const started = performance.now()
    expect(new Set(idsOf(withUniqueCalls(history))).size).toBe(5_000)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
