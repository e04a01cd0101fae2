import { expect, it, onTestFinished, vi } from 'vitest'
import { KnownExecutors } from '../../src/workspaces/shared/environments.ts'

it('an executor that comes while the gateway stops listening harms nobody', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  let come = (_executor: string) => {}
  const source = {
    admit: (_workspace: string, came: (executor: string) => void) => {
      come = came
      return { token: 'token', executors: [], [Symbol.dispose]() {} }
    },
    isConnected: () => true,
    address(): string {
      throw new Error('The gateway does not listen yet.')
    }
  }
  const known = new KnownExecutors(source, 'web', '/nowhere/executors.json')
  await known.opened(async () => ({}))
  come('laptop')
  await new Promise(setImmediate)
  expect([known.list, unhandled.mock.calls.length]).toEqual([[], 0])
})
