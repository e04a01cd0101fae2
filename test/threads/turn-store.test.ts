import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ana, hour, idOf, record, startStore } from './start-store.ts'

describe('a turn', () => {
  it('is stored from its beginning to its end, with its thread, whose owner finds it', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    threads.add(record(1, { usedAt: Date.now() - 60_000 }))
    const turn = { id: 'turn-1', thread: idOf(1), worker: 'w', startedAt: Date.now() }
    turns.begin(turn, { preview: 'Hi', settings: { model: 'm' } })
    expect(turns.find(ana, 'turn-1')).toEqual({ ...turn, status: 'inProgress', error: null, endedAt: null })
    expect(turns.find({ ...ana, owner: 'ben' }, 'turn-1')).toBeUndefined()
    turns.end({ id: 'turn-1', status: 'failed', error: { code: 'timeout', message: 'm' } })
    expect(turns.find(ana, 'turn-1')).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
    turns.begin({ ...turn, id: 'turn-2' }, { preview: 'Later', settings: {} })
    expect(threads.find(ana, idOf(1))).toMatchObject({ preview: 'Hi', settings: {} })
    threads.delete(idOf(1))
    expect(turns.find(ana, 'turn-1')).toBeUndefined()
  })

  it('is found at once, and stored with its end, where nobody waits for its beginning to be stored', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    threads.add(record(1))
    const begin = (id: string) =>
      turns.beginSoon({ id, thread: idOf(1), worker: 'w', startedAt: Date.now() }, { preview: 'Hi', settings: {} })
    const stored = () => store.use((connection) => connection.all('SELECT id, status FROM thread_turns'))
    begin('turn-1')
    expect(stored()).toEqual([])
    expect(turns.find(ana, 'turn-1')).toMatchObject({ status: 'inProgress' })
    begin('turn-2')
    turns.end({ id: 'turn-2', status: 'completed', error: null })
    expect(threads.find(ana, idOf(1))).toMatchObject({ preview: 'Hi' })
    expect(vi.getTimerCount()).toBe(0)
    begin('turn-3')
    vi.advanceTimersByTime(100)
    const rows = [
      ['turn-1', 'inProgress'],
      ['turn-2', 'completed'],
      ['turn-3', 'inProgress']
    ]
    expect(stored()).toEqual(rows)
  })

  it('ends when it can be stored where that could not be at its end', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    threads.add(record(1))
    turns.begin({ id: 'turn-1', thread: idOf(1), worker: 'w', startedAt: Date.now() }, { preview: '', settings: {} })
    const transaction = vi.spyOn(store, 'transaction').mockImplementation(() => {
      throw new Error('The disk is full.')
    })
    const end = () => turns.end({ id: 'turn-1', status: 'completed', error: null })
    expect(end).toThrow('full')
    vi.advanceTimersByTime(1_000)
    transaction.mockRestore()
    expect(turns.find(ana, 'turn-1')).toMatchObject({ status: 'inProgress' })
    vi.advanceTimersByTime(1_000)
    expect(turns.find(ana, 'turn-1')).toMatchObject({ status: 'completed' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is stored with its end where the store could not be used before', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    threads.add(record(1))
    turns.beginSoon(
      { id: 'turn-1', thread: idOf(1), worker: 'w', startedAt: Date.now() },
      { preview: '', settings: {} }
    )
    const transaction = vi.spyOn(store, 'transaction').mockImplementation(() => {
      throw new Error('The disk is full.')
    })
    vi.advanceTimersByTime(100)
    transaction.mockRestore()
    turns.end({ id: 'turn-1', status: 'completed', error: null })
    expect(turns.find(ana, 'turn-1')).toMatchObject({ status: 'completed' })
  })

  it('is gone some turns after it ended longer ago than a thread lives', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    threads.add(record(1))
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    const begin = (id: number) =>
      turns.begin(
        { id: `turn-${id}`, thread: idOf(1), worker: 'w', startedAt: Date.now() },
        { preview: '', settings: {} }
      )
    for (const number of numbers) begin(number)
    for (const number of numbers.slice(5)) turns.end({ id: `turn-${number}`, status: 'completed', error: null })
    const old = Date.now() - 2 * hour
    store.use((connection) => connection.run('UPDATE thread_turns SET ended_at = ? WHERE ended_at > 0', old))
    for (const number of [12, 13]) begin(number)
    const left = [...numbers, 12, 13].filter((number) => turns.find(ana, `turn-${number}`) !== undefined)
    expect(left).toEqual([0, 1, 2, 3, 4, 12, 13]) // of those before nobody knows how they ended
  })

  it('holds its thread against other gateways, unless its own is gone', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    threads.add(record(1))
    const [isLost, lives] = [() => true, () => false]
    expect(turns.claim(idOf(1), 'one', lives)).toBe(true)
    expect(turns.claim(idOf(1), 'one', lives)).toBe(true)
    expect(turns.claim(idOf(1), 'two', lives)).toBe(false)
    expect(turns.claim(idOf(1), 'two', isLost)).toBe(true)
    turns.free(idOf(1))
    expect(turns.claim(idOf(1), 'one', lives)).toBe(true)
    const ended = { id: 'turn-1', status: 'completed', error: null } as const
    turns.begin({ id: 'turn-1', thread: idOf(1), worker: 'one', startedAt: 1 }, { preview: '', settings: {} })
    turns.end(ended)
    expect(turns.claim(idOf(1), 'two', lives)).toBe(false)
    turns.end(ended, true)
    expect(turns.claim(idOf(1), 'two', lives)).toBe(true)
  })
})
