import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { unlessAborted, within } from '../../src/turn/deadline.ts'

const never = new Promise<never>(() => {})

describe('within', () => {
  it('is true for a promise that settles in time, also one that rejects', async () => {
    const { signal } = new AbortController()
    expect(await within(10_000, Promise.resolve(), signal)).toBe(true)
    expect(await within(10_000, Promise.reject(new Error('no')))).toBe(true)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
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
})
