import { describe, expect, it, vi } from 'vitest'
import { JsonRpc, RpcError, RpcTimeout } from '../../../src/codex/wire/json-rpc.ts'

function conversation() {
  const written: unknown[] = []
  const heard: unknown[] = []
  const rpc = new JsonRpc((line) => written.push(JSON.parse(line)), {
    notified: (method, params) => heard.push([method, params]),
    asked: (method, params, answer) => {
      answer({ result: { method, params } })
    }
  })
  return { rpc, written, heard, receive: (message: unknown) => rpc.receive(JSON.stringify(message)) }
}

describe('a JSON-RPC conversation', () => {
  it('gives each call its own answer, in whatever order they come', async () => {
    const { rpc, written, receive } = conversation()
    const [first, second] = [rpc.request('one', { a: 1 }, 1_000), rpc.request('two', {}, 1_000)]
    expect(written).toEqual([
      { id: 1, method: 'one', params: { a: 1 } },
      { id: 2, method: 'two', params: {} }
    ])
    receive({ id: 2, result: 'second' })
    receive({ id: 1, result: 'first' })
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
  })

  it('lets answers go that nobody waits for: unknown ids, the same again, ids of another kind', async () => {
    const { rpc, receive } = conversation()
    const call = rpc.request('one', {}, 1_000)
    for (const id of [7, '1', null, [1], {}]) receive({ id, result: 'wrong' })
    receive({ id: 1, result: 'right' })
    receive({ id: 1, error: { code: 1, message: 'late' } })
    expect(await call).toBe('right')
  })

  it('rejects with the other side’s error, a timeout, or the end', async () => {
    const { rpc, receive, written } = conversation()
    const refused = rpc.request('one', {}, 1_000)
    receive({ id: 1, error: { code: -32_600, message: 'no' } })
    await expect(refused).rejects.toEqual(new RpcError(-32_600, 'no'))
    vi.useFakeTimers()
    const slow = rpc.request('two', {}, 1_000)
    vi.advanceTimersByTime(1_000)
    vi.useRealTimers()
    await expect(slow).rejects.toBeInstanceOf(RpcTimeout)
    const lost = rpc.request('three', {}, 1_000)
    rpc.close(new Error('gone'))
    await expect(lost).rejects.toThrow('gone')
    await expect(rpc.request('four', {}, 1_000)).rejects.toThrow('gone')
    expect(written).toHaveLength(3)
  })

  it('answers questions under their own id, also where it is one of ours', async () => {
    const { rpc, written, receive } = conversation()
    const call = rpc.request('one', {}, 1_000)
    receive({ id: 1, method: 'may/I', params: { x: 1 } })
    receive({ id: 'a', method: 'and/this' })
    expect(written.slice(1)).toEqual([
      { id: 1, result: { method: 'may/I', params: { x: 1 } } },
      { id: 'a', result: { method: 'and/this' } }
    ])
    receive({ id: 1, result: 'mine' })
    expect(await call).toBe('mine')
  })

  it('hears notifications, and goes on after what is no message', () => {
    const { rpc, heard, receive } = conversation()
    rpc.receive('{"half":')
    rpc.receive('null')
    receive({ method: 'news', params: { a: 1 } })
    expect(heard).toEqual([['news', { a: 1 }]])
  })
})
