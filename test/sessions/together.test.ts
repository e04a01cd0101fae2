import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Journal } from '../../src/sessions/journal.ts'
import { startJournals, write } from './start-journals.ts'

const textOf = (found: ReturnType<Journal['read']>) => found && 'text' in found && /data: .*/.exec(found.text)?.[0]

describe('journals that wait for the store', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('are stored within 100 ms of the first event, in one transaction', () => {
    using started = startJournals()
    const { store, add, open, sessionStore } = started
    const ids = [add(), add(), add()]
    const journals = ids.map(open)
    write(journals[0]!, 1)
    const transaction = vi.spyOn(store, 'transaction')
    journals[0]!.append('notification', '"a"')
    vi.advanceTimersByTime(90)
    for (const journal of journals) journal.append('notification', '"b"')
    expect(transaction).toHaveBeenCalledTimes(0)
    vi.advanceTimersByTime(10)
    const outer = transaction.mock.calls.length - journals.length // those inside of it are part of it
    expect(outer).toBe(1)
    expect(ids.map((id) => sessionStore.find(id)?.seq)).toEqual([3, 1, 1])
    vi.advanceTimersByTime(1_000)
    expect(transaction).toHaveBeenCalledTimes(4)
  })

  it('are stored by themselves where one of them cannot be', () => {
    using started = startJournals()
    const { add, open, sessionStore } = started
    const [gone, there] = [add(), add()]
    const [lost, journal] = [open(gone), open(there)]
    journal.append('notification', '"a"')
    lost.append('notification', '"b"')
    sessionStore.delete(gone)
    vi.advanceTimersByTime(100)
    expect(sessionStore.find(there)?.seq).toBe(1)
    expect(() => lost.append('notification', '"c"')).toThrow('There is no such session.')
  })

  it('lose nothing where the transaction fails', () => {
    using started = startJournals()
    const { store, add, open } = started
    const journals = [open(add()), open(add())]
    for (const journal of journals) journal.append('notification', '"a"')
    const transaction = vi.spyOn(store, 'transaction').mockImplementation(() => {
      throw new Error('The disk is full.')
    })
    vi.advanceTimersByTime(100)
    expect(() => journals[0]!.append('notification', '"b"')).toThrow('The disk is full.')
    transaction.mockRestore()
    for (const journal of journals) expect(journal.append('notification', '"c"')).toBe(2)
    vi.advanceTimersByTime(100)
    for (const journal of journals)
      expect([textOf(journal.read(0)), textOf(journal.read(1))]).toEqual(['data: "a"', 'data: "c"'])
  })

  it('leave no timer behind when they are stored before', () => {
    using started = startJournals()
    const journal = started.open(started.add())
    journal.append('notification', '"a"')
    journal.flush()
    expect(vi.getTimerCount()).toBe(0)
  })
})
