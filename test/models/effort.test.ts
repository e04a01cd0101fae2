import { describe, expect, it } from 'vitest'
import { effortChooser, nearestEffort } from '../../src/models/effort.ts'
import type { Effort } from '../../src/turn/request.ts'

describe('an effort', () => {
  it.each<[Effort, Effort[], Effort]>([
    ['minimal', ['low', 'high'], 'low'],
    ['medium', ['low', 'high'], 'low'], // the lower of two that are equally near
    ['ultra', ['high', 'max'], 'max'],
    ['none', ['ultra', 'xhigh'], 'xhigh'],
    ['high', [], 'high']
  ])('that a model has not is the nearest one: %s among %j is %s', (wanted, offered, nearest) => {
    expect(nearestEffort(wanted, offered)).toBe(nearest)
  })

  it.each<Effort>(['low', 'medium', 'high'])('that every model has waits for no catalog: %s', async (wanted) => {
    const choose = effortChooser(() => Promise.reject(new Error('asked')))
    expect(await choose('gpt-5.5', wanted)).toBe(wanted)
  })

  it('is as it is where nothing is known of the model', async () => {
    expect(await effortChooser(async () => undefined)('x', 'minimal')).toBe('minimal')
    expect(await effortChooser(async () => [{ id: 'y', isDefault: true, efforts: ['low'] }])('x', 'minimal')).toBe(
      'minimal'
    )
    expect(
      await effortChooser(async () => [{ id: 'y', isDefault: true, efforts: ['low'] }])(undefined, 'minimal')
    ).toBe('low')
  })
})
