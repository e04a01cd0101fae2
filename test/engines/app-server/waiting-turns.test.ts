import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Connection } from '../../../src/codex/app-server/connection.ts'
import type { TurnPlan } from '../../../src/engines/app-server/thread/thread-request.ts'
import { OpenCalls } from '../../../src/engines/app-server/waiting/open-calls.ts'
import type { OpenTurn, Resumed } from '../../../src/engines/app-server/waiting/open-turn.ts'
import { WaitingTurns } from '../../../src/engines/app-server/waiting/waiting-turns.ts'
import type { HistoryItem, TurnRequest } from '../../../src/turn/request.ts'
import { text } from './tool-loop.ts'

const connection = {} as Connection
const plan = { open: { method: 'thread/start', params: { config: {} } }, start: { input: [] } } as unknown as TurnPlan
const asked = (words = 'Look.', owner = 'ada'): TurnRequest => ({ input: text(words), owner })
const call = (call_id: string, more = {}): HistoryItem => ({
  ...{ type: 'tool_call', call_id, name: 'look_up', arguments: '{"n":1}' },
  ...more
})
const result = (call_id: string, output = 'found'): HistoryItem => ({
  ...{ type: 'tool_result', call_id, output: text(output) }
})
const said = (words: string): HistoryItem => ({ type: 'message', role: 'assistant', content: text(words) })
/** The next step of what was asked: the response as its client returns it, and the results. */
const step = ({ input, owner }: TurnRequest, ...items: HistoryItem[]): TurnRequest => ({
  ...{ input: [], owner, history: [{ type: 'message', role: 'user', content: input }, ...items] }
})

function waitingOf(count = 8) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const turns = new WaitingTurns({ count, lifeMs: 1_000 })
  const ended: string[] = []
  /** A turn of codex that waits with calls of these ids. */
  const put = (name: string, request = asked(), ids = [name], texts: string[] = []): OpenTurn => {
    const calls = new OpenCalls()
    for (const id of ids) calls.add({ id, name: 'look_up', arguments: '{"n":1}' })
    const of = { threadId: name, turnId: name, mark: name }
    const turn: OpenTurn = { connection, ...of, calls, end: async () => void ended.push(name), onLost: () => {} }
    turns.put(turn, request, plan, texts)
    return turn
  }
  const take = (request: TurnRequest, other = plan, on = connection) => {
    const found = turns.take(request, other, on)
    return typeof found === 'object' ? found.turn.threadId : found
  }
  return { turns, ended, put, take }
}

describe('a turn that waits', () => {
  it('may have a million characters in its calls, where any may wait', () => {
    const accepts = (count: number, ...lengths: number[]) => {
      const calls = new OpenCalls()
      for (const [id, length] of lengths.entries())
        calls.add({ id: String(id), name: 'f', arguments: 'x'.repeat(length) })
      return new WaitingTurns({ count, lifeMs: 1 }).accepts(calls)
    }
    expect([accepts(1, 1_000_000, 48_576), accepts(1, 1_000_000, 48_577), accepts(0, 1)]).toEqual([true, false, false])
  })

  it('is given what its calls returned, once, and is then on no clock', () => {
    const { turns, ended, put, take } = waitingOf()
    put('c1', asked(), ['c1', 'c2'])
    const next = step(asked(), call('c1'), call('c2'), result('c2', 'two'), result('c1', 'one'))
    const found = turns.take(next, plan, connection) as Resumed
    expect([...found.results]).toEqual([
      ['c1', text('one')],
      ['c2', text('two')]
    ])
    expect([take(next), vi.getTimerCount(), ended]).toEqual(['none_open', 0, []])
  })

  it('is ended when its time is up', () => {
    const { ended, put, take } = waitingOf()
    put('c1')
    vi.advanceTimersByTime(999)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(1)
    expect([ended, take(step(asked(), call('c1'), result('c1')))]).toEqual([['c1'], 'none_open'])
  })

  it('is forgotten when codex has ended it, and not ended again', () => {
    const { ended, put, take } = waitingOf()
    put('c1').onLost()
    expect([take(step(asked(), call('c1'), result('c1'))), vi.getTimerCount(), ended]).toEqual(['none_open', 0, []])
  })

  it('is ended where too many wait: the first of those with most', () => {
    const { ended, put } = waitingOf(3)
    put('a', asked('a', 'ada'))
    put('b1', asked('b', 'bob'))
    put('b2', asked('c', 'bob'))
    put('e', asked('d', 'eve'))
    expect(ended).toEqual(['b1'])
    put('f', asked('e', 'fay'))
    expect(ended).toEqual(['b1', 'a'])
  })

  it('is ended when its owner is none any more', () => {
    const { turns, ended, put } = waitingOf()
    put('a', asked('a', 'ada'))
    put('b', asked('b', 'bob'))
    turns.release((owner) => owner === 'ada')
    expect(ended).toEqual(['b'])
  })

  it('is ended when its conversation goes on without its results', () => {
    const { ended, put, take } = waitingOf()
    put('c1')
    expect(take({ ...step(asked(), call('c1')), input: text('Never mind.') })).toBeUndefined()
    expect([ended, vi.getTimerCount()]).toEqual([['c1'], 0])
  })

  it('of several with the same id is the one of its conversation, which alone is given up', () => {
    const { ended, put, take } = waitingOf()
    put('here', asked('Here.'), ['c'])
    put('there', asked('There.'), ['c'])
    put('elsewhere', asked('Elsewhere.'), ['c'])
    expect(take(step(asked('There.'), call('c'), result('c')))).toBe('there')
    expect(take(step(asked('Here.'), call('c', { arguments: '{"n":2}' }), result('c')))).toBe('history_changed')
    expect(ended).toEqual(['here'])
    expect(take(step(asked('Elsewhere.'), call('c'), result('c')))).toBe('elsewhere')
  })

  it.each<[string, string | undefined, HistoryItem[]]>([
    ['as it was', 'c1', [said('I look.'), said('Now.'), call('c1'), result('c1')]],
    ['with other spaces', 'c1', [said('I look.Now. '), call('c1'), result('c1')]],
    ['without its text', 'c1', [call('c1'), result('c1')]],
    ['with ids of its client', 'c1', [call('x'), result('x')]],
    ['with another text', 'history_changed', [said('No.'), call('c1'), result('c1')]],
    ['with another name', 'history_changed', [call('c1', { name: 'other' }), result('c1')]],
    ['with other arguments', 'history_changed', [call('c1', { arguments: '{}' }), result('c1')]],
    ['with a call more', 'history_changed', [call('c1'), call('c2'), result('c1'), result('c2')]],
    ['with ids of its client, and other arguments', 'none_open', [call('x', { arguments: '{}' }), result('x')]],
    ['with one result twice', 'results_missing', [call('c1'), result('c1'), result('c1')]]
  ])('is found by its response %s: %s', (_how, found, items) => {
    const { put, take } = waitingOf()
    put('c1', asked(), ['c1'], ['I look.', '', 'Now.'])
    expect(take(step(asked(), ...items))).toBe(found)
  })

  it.each([
    { start: { ...plan.start, effort: 'low' } },
    { start: { ...plan.start, outputSchema: {} } },
    { open: { ...plan.open, params: { config: { a: 1 } } } },
    { tools: { required: true } },
    { tools: { instruction: 'Call.' } },
    { tools: { single: true } }
  ])('is not gone on with where it would need other settings: %j', (other) => {
    const { ended, put, take } = waitingOf()
    put('c1')
    const found = take(step(asked(), call('c1'), result('c1')), { ...plan, ...other } as unknown as TurnPlan)
    expect([found, ended]).toEqual(['settings_changed', ['c1']])
  })

  it('is not gone on with on another app-server', () => {
    const { ended, put, take } = waitingOf()
    put('c1')
    expect([take(step(asked(), call('c1'), result('c1')), plan, {} as Connection), ended]).toEqual([
      'none_open',
      ['c1']
    ])
  })

  it('is found again in its next step by all that was sent until then', () => {
    const { turns, put, take } = waitingOf()
    const turn = put('c1')
    const next = step(asked(), call('c1'), result('c1'))
    const { key } = turns.take(next, plan, connection) as Resumed
    turns.put(turn, next, plan, [], key)
    expect(take({ ...next, history: [...next.history!, call('c1'), result('c1', 'more')] })).toBe('c1')
  })
})
