import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { catalogFrom } from '../../src/models/catalog.ts'

const models = [{ id: 'a', isDefault: true }]

describe('the catalog', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is asked for once, by however many', async () => {
    const ask = vi.fn(() => Promise.resolve(models))
    const catalog = catalogFrom({ models: ask })
    expect(await Promise.all([catalog(), catalog()])).toEqual([models, models])
    await vi.advanceTimersByTimeAsync(1e9)
    await catalog()
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['fails', () => Promise.reject(new Error('no'))],
    ['is empty', () => Promise.resolve([])]
  ])('that %s is none, and is asked for again after a while', async (_title, failing) => {
    const ask = vi.fn<() => Promise<typeof models>>(failing)
    const catalog = catalogFrom({ models: ask }, { giveUpAfter: 100, askAgainAfter: 1_000 })
    expect(await catalog()).toBeUndefined()
    expect(await catalog()).toBeUndefined()
    expect(ask).toHaveBeenCalledTimes(1)
    ask.mockResolvedValue(models)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await catalog()).toEqual(models)
  })

  it('is none when the engine does not answer in time', async () => {
    const catalog = catalogFrom({ models: () => new Promise(() => {}) }, { giveUpAfter: 100, askAgainAfter: 1_000 })
    const asked = catalog()
    await vi.advanceTimersByTimeAsync(100)
    expect(await asked).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is there for the next request when the engine answers late', async () => {
    const ask = vi.fn(() => new Promise<typeof models>((resolve) => setTimeout(resolve, 150, models)))
    const catalog = catalogFrom({ models: ask }, { giveUpAfter: 100, askAgainAfter: 1_000 })
    const asked = catalog()
    await vi.advanceTimersByTimeAsync(150)
    expect([await asked, await catalog()]).toEqual([undefined, models])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await catalog()).toEqual(models)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('is none for an engine that has no models', async () => {
    expect(await catalogFrom({})()).toBeUndefined()
  })
})
