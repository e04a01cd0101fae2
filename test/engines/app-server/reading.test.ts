import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { delta, message, readerOf, tools } from './reading.ts'

describe('what is said of a turn', () => {
  it('before its id is known is read then, and what is said of others never', () => {
    const { reader, events, says, delta: said, begin } = readerOf()
    said('m', 'early')
    says('item/agentMessage/delta', { turnId: 'other', itemId: 'x', delta: 'x' })
    expect(events).toEqual([])
    reader.began('u')
    reader.began('other')
    says('item/agentMessage/delta', { turnId: 'other', itemId: 'x', delta: 'x' })
    begin()
    expect(events).toMatchObject([delta('early'), { type: 'turn.started', turn_id: 'u' }])
  })

  it('with another id where the answer alone names it: a review, or none', () => {
    const { reader, events, says } = readerOf({ idFromReply: true })
    says('turn/started', { turnId: 'inner', turn: { id: 'inner' } })
    reader.began('u')
    says('error', { error: { message: 'No such branch.' } })
    expect(events).toMatchObject([{ type: 'turn.failed', error: { code: 'invalid_request', param: 'target' } }])
    expect(reader.over).toBe(true)
    const other = readerOf({ idFromReply: true })
    other.reader.began('u')
    other.item('started', message(''))
    other.says('error', { error: { message: 'Later.' } })
    expect([other.events, other.reader.over]).toEqual([[], false])
  })

  it('tells what commands write, and that one has run', () => {
    const { reader, events, begin, item, says } = readerOf()
    begin()
    expect(reader.ranCommand).toBe(false)
    item('started', { id: 'c', type: 'commandExecution', command: 'ls', status: 'inProgress' })
    says('item/commandExecution/outputDelta', { itemId: 'c', delta: 'a\n' })
    expect(events.slice(1)).toMatchObject([
      { type: 'item.started', item: { type: 'command_execution', status: 'in_progress', exit_code: null } },
      { type: 'item.delta', item_id: 'c', item_type: 'command_execution', delta: 'a\n' }
    ])
    expect(reader.ranCommand).toBe(true)
  })

  it('after it was closed is not told, and it is on no clock', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { reader, events, begin, call, delta: said, end } = readerOf({}, { tools })
    begin()
    call('c')
    expect(vi.getTimerCount()).toBe(1)
    reader.close()
    said('m', 'late')
    end()
    expect([events.length, vi.getTimerCount(), reader.over]).toEqual([2, 0, true])
  })
})
