import { expect, it } from 'vitest'
import { slopeOf } from '../../scripts/soak/samples.ts'
import type { Sample } from '../../scripts/soak/samples.ts'

const sample = (minute: number, processes: number): Sample => ({
  minute,
  processes,
  'memory, MB': 80,
  'file descriptors': 20,
  'temporary files': 1,
  'files of codex': 9,
  'disk, MB': 1
})

it('the soak sees what rises, and not what only goes up and down', () => {
  expect(
    slopeOf(
      [1, 2, 3, 4].map((minute) => sample(minute, 3 + 2 * minute)),
      'processes'
    )
  ).toBeCloseTo(2)
  expect(
    slopeOf(
      [1, 2, 3, 4, 5].map((minute) => sample(minute, minute === 3 ? 9 : 3)),
      'processes'
    )
  ).toBeCloseTo(0)
})
