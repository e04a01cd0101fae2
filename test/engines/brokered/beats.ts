import { onTestFinished, vi } from 'vitest'
import type { WorkerBeat } from '../../../src/wire/messages.ts'

/** A worker's sign of life: one with two slots, ready. */
export const beat = (fields: Partial<WorkerBeat> = {}): WorkerBeat => ({
  worker: 'w',
  run: 'first',
  slots: 2,
  active: 0,
  draining: false,
  ready: true,
  version: '1',
  agrees: 'a',
  ...fields
})

/** A clock of `performance.now()` that only the test moves. It starts at an hour. */
export function clock(): { pass: (ms: number) => void; now: () => number } {
  let now = 3_600_000
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => spy.mockRestore())
  return { pass: (ms) => void (now += ms), now: () => now }
}
