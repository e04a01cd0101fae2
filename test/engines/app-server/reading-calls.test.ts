import { describe, expect, it } from 'vitest'
import { OpenCalls } from '../../../src/engines/app-server/waiting/open-calls.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { readerOf, tools } from './reading.ts'

describe('calls', () => {
  const called = (id: string) => ({ type: 'tool.called', call_id: id })

  it('end the turn when the response is complete, and wait for their results', () => {
    const { reader, events, begin, call, says } = readerOf({}, { tools })
    begin()
    call('a', '{"n":1}')
    call('a', '{"n":1}')
    call('b')
    expect(reader.openCalls).toBeUndefined()
    says('rawResponse/completed')
    expect(events.slice(1)).toMatchObject([called('a'), called('b'), { type: 'turn.completed' }])
    expect(reader.openCalls?.all.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(reader.isContinuable).toBe(false)
  })

  it.each<[string, Partial<TurnRequest>, (turn: ReturnType<typeof readerOf>) => void, string[]]>([
    ['one alone may be made', { parallelToolCalls: false }, ({ call }) => (call('a'), call('b')), ['a']],
    ['codex takes no empty arguments', {}, ({ call }) => call('a', ' '), ['a']],
    ['there are none', {}, ({ call }) => (call('a', '{'), call('b', '{}', 'made_up')), []]
  ])('do not wait where %s', (_why, request, make, calls) => {
    const turn = readerOf({}, { tools, ...request })
    turn.begin()
    make(turn)
    turn.says('rawResponse/completed')
    expect(turn.events.flatMap((event) => (event.type === 'tool.called' ? [event.call_id] : []))).toEqual(calls)
    expect([turn.reader.openCalls, turn.events.at(-1)?.type]).toEqual([
      undefined,
      calls.length > 0 ? 'turn.completed' : 'turn.started'
    ])
  })

  it('that codex asks for are answered by what a client returns, and told where they were not', () => {
    const { reader, events, begin, says } = readerOf({}, { tools })
    begin()
    const answers: unknown[] = []
    const asks = (callId: string, turnId = 'u') =>
      reader.called({ turnId, callId, tool: 'f', arguments: { n: 1 } } as never, (reply) => answers.push(reply))
    expect([asks('x', 'other'), asks('a')]).toEqual([false, true])
    expect(events.slice(1)).toMatchObject([{ ...called('a'), name: 'f', arguments: '{"n":1}' }])
    says('rawResponse/completed')
    asks('b')
    expect(events.filter(({ type }) => type === 'tool.called')).toHaveLength(1)
    reader.openCalls?.answer('a', [{ type: 'text', text: 'one' }])
    expect(answers).toMatchObject([{ result: { contentItems: [{ text: 'one' }] } }])
  })

  it('of the response before get what the turn goes on with', () => {
    const before = new OpenCalls()
    before.add({ id: 'a', name: 'f', arguments: '{}' })
    const { reader, events } = readerOf({ resumed: { turnId: 'u', calls: before } }, { tools })
    const answers: unknown[] = []
    const ask = () =>
      reader.called({ turnId: 'u', callId: 'a', tool: 'f', arguments: {} } as never, (reply) => answers.push(reply))
    ask()
    before.answer('a', [
      { type: 'text', text: '' },
      { type: 'image', url: 'data:' }
    ])
    expect([events, answers]).toMatchObject([[], [{ result: { success: true } }]])
    expect(answers).toMatchObject([
      { result: { contentItems: [{ type: 'inputText' }, { type: 'inputImage', imageUrl: 'data:' }] } }
    ])
    ask() // the model has used its id again
    expect(events).toMatchObject([called('a')])
  })
})
