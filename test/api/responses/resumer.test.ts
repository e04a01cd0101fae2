import { expect, it, onTestFinished, vi } from 'vitest'
import { Resumer } from '../../../src/api/responses/background/resumer.ts'
import type { ResumerOptions } from '../../../src/api/responses/background/resumer.ts'

it('a response whose interruption cannot be stored now is interrupted later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  const name = { owner: 'ana', id: '1' }
  const interrupt = vi.fn<ResumerOptions['interrupt']>().mockRejectedValueOnce(new Error('disk full'))
  const jobs = {
    ...{ isThere: true, abandonAll() {}, of: () => [], cancelled: () => [], touch() {}, due: () => [] },
    ...{ interrupted: () => [name], nextIn: () => undefined }
  } as unknown as ResumerOptions['jobs']
  const work = { mark: 'this', isStopping: false, isLost: () => true } as unknown as ResumerOptions['work']
  const { wake } = new Resumer({
    ...{ work, jobs, logs: { expire() {} } as unknown as ResumerOptions['logs'], concurrency: 1 },
    ...{ isActive: () => false, resume: async () => {}, interrupt: (one) => interrupt(one), cancel: async () => {} }
  })
  wake()
  await new Promise(setImmediate)
  expect([interrupt.mock.calls.length, unhandled.mock.calls.length]).toEqual([1, 0])
  await vi.advanceTimersByTimeAsync(3_000)
  expect(interrupt.mock.calls.length).toBeGreaterThan(1)
})
