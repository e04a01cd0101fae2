import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { unlessAborted, untilAdmitted, within } from '../../src/turn/deadline.ts'

const never = new Promise<never>(() => {})

describe('within', () => {
  it('is true for a promise that settles in time, also one that rejects', async () => {
    const { signal } = new AbortController()
    expect(await within(10_000, Promise.resolve(), signal)).toBe(true)
    expect(await within(10_000, Promise.reject(new Error('no')))).toBe(true)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('leaves no timer', async () => {
    vi.useFakeTimers()
    try {
      expect(await within(10_000, Promise.resolve())).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is false when the time is up, or the signal aborts, or was aborted before', async () => {
    const controller = new AbortController()
    expect(await within(1, never)).toBe(false)
    const result = within(10_000, never, controller.signal)
    controller.abort()
    expect(await result).toBe(false)
    expect(await within(10_000, Promise.resolve(), controller.signal)).toBe(false)
  })
})

describe('a place in a list', () => {
  const late = () => new Error('too late')
  /** One that waits: what is in the list, how to admit it and how it leaves. */
  function waiting(signal: AbortSignal, patience = 10_000) {
    const list = new Set<string>()
    let [admit, leave] = [(_take: () => string) => {}, () => {}]
    const result = untilAdmitted<string>({ signal, patience, late }, (admits, leaves) => {
      ;[admit, leave] = [admits, leaves]
      list.add('me')
      return () => list.delete('me')
    })
    return { list, result, admit: (take: () => string) => admit(take), leave: () => leave() }
  }

  it('is kept until it is its turn, and then nothing is left of the wait', async () => {
    vi.useFakeTimers()
    try {
      const { signal } = new AbortController()
      const { list, result, admit } = waiting(signal)
      expect([list.size, vi.getTimerCount(), getEventListeners(signal, 'abort').length]).toEqual([1, 1, 1])
      admit(() => 'slot')
      expect([list.size, vi.getTimerCount(), getEventListeners(signal, 'abort').length]).toEqual([0, 0, 0])
      expect(await result).toBe('slot')
    } finally {
      vi.useRealTimers()
    }
  })

  it('is lost when the time is up', async () => {
    const { list, result } = waiting(new AbortController().signal, 1)
    await expect(result).rejects.toThrow('too late')
    expect(list.size).toBe(0)
  })

  it('is left with the reason of the signal, whether that is an error or a word', async () => {
    const [one, other] = [new AbortController(), new AbortController()]
    const [first, second] = [waiting(one.signal), waiting(other.signal)]
    one.abort(new Error('gone'))
    other.abort('shutdown')
    await expect(first.result).rejects.toThrow('gone')
    await expect(second.result).rejects.toMatchObject({ message: 'aborted', cause: 'shutdown' })
    expect([first.list.size, second.list.size]).toEqual([0, 0])
  })

  it('can be left without any signal', async () => {
    const { signal } = new AbortController()
    const { list, result, leave } = waiting(signal)
    leave()
    await expect(result).rejects.toThrow('aborted')
    expect([list.size, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
  })
})

describe('unlessAborted', () => {
  it('is what the promise resolves to, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController()
    const result = unlessAborted(never, controller.signal)
    controller.abort(new Error('left'))
    await expect(result).rejects.toThrow('left')
    await expect(unlessAborted(Promise.resolve(7), controller.signal)).rejects.toThrow('left')
  })
  it('leaves no rejection that nobody handles where the signal was aborted before', async () => {
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const result = unlessAborted(Promise.reject(new Error('later')), AbortSignal.abort(new Error('left')))
    await expect(result).rejects.toThrow('left')
    await new Promise(setImmediate)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
