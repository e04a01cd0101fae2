import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Environment } from '../../src/environments/environment.ts'
import type { SetupState } from '../../src/environments/setup-state.ts'
import { Setups } from '../../src/environments/setups.ts'
import type { SetupsOptions } from '../../src/environments/setups.ts'

const network = { access: 'disabled' as const, allowed_domains: [], blocked_domains: [] }
const setup_commands = [{ command: 'make', cwd: [] }]
const config = { network, env: {}, files: [], setup_commands, container_size: null }
const environment: Environment = {
  ...{ id: 'env_1', owner: 'ada', workspace: 'w', session: null, bytes: 0, createdAt: 0, config },
  setup: { status: 'pending', worker: 'own' }
}
const never = new AbortController().signal
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

/** Its setups, in a gateway with the mark `own`, and what is stored of the environment. */
function started(options: Partial<SetupsOptions> = {}) {
  const stored: { setup: SetupState } = { setup: environment.setup }
  const setups = new Setups({
    store: { find: () => ({ ...environment, ...stored }), setSetup: (_, setup) => void (stored.setup = setup) },
    run: async () => ({ code: 0, output: '' }),
    enter: async () => () => {},
    isSmall: async () => true,
    mark: () => 'own',
    isAlive: (mark) => mark === 'other',
    ...options
  })
  return { setups, stored }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('a setup that takes too much of the disk is ended, and says so', async () => {
  const { setups, stored } = started({ run: (_, __, signal) => untilAborted(signal), isSmall: async () => false })
  setups.begin(environment)
  const over = setups.over(environment, never)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await over).toEqual({ status: 'failed', message: 'The setup commands took too much of the disk.' })
  expect(stored.setup.status).toBe('failed')
})

it('one that waits for its turn is not measured', async () => {
  const isSmall = vi.fn(async () => true)
  const { setups, stored } = started({ isSmall, enter: (_, signal) => untilAborted(signal) })
  setups.begin(environment)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(isSmall).not.toHaveBeenCalled()
  await setups.stop(environment.id)
  expect(stored.setup.status).toBe('pending') // it is about to be removed
})

it('one that cannot be run fails, and so does what comes after a command that failed', async () => {
  const { setups } = started({ run: () => Promise.reject(new Error('no such program')) })
  setups.begin(environment)
  expect(await setups.over(environment, never)).toMatchObject({
    message: expect.stringContaining('could not be run') as string
  })
  const run = vi.fn(async () => ({ code: null, output: 'the end' }))
  const two = { ...environment, config: { ...config, setup_commands: [...setup_commands, ...setup_commands] } }
  const killed = started({ run })
  killed.setups.begin(two)
  const { message } = (await killed.setups.over(two, never)) as { message: string }
  expect(message).toBe('Setup command 1 was killed. The end of its output:\nthe end')
  expect(run).toHaveBeenCalledOnce()
})

it('what another gateway runs is waited for, and is lost with it', async () => {
  const { setups, stored } = started()
  stored.setup = { status: 'pending', worker: 'other' }
  const over = setups.over(environment, never)
  await vi.advanceTimersByTimeAsync(1_000)
  stored.setup = { status: 'ready' }
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await over).toEqual({ status: 'ready' })
  stored.setup = { status: 'pending', worker: 'gone' }
  expect(await setups.over(environment, never)).toMatchObject({ status: 'failed' })
})

it('a failure of the store ends nothing but the setup', async () => {
  const setSetup = () => {
    throw new Error('disk full')
  }
  const { setups } = started({ store: { find: () => environment, setSetup } })
  setups.begin(environment)
  expect(await setups.over(environment, never)).toEqual({ status: 'ready' })
  await vi.advanceTimersByTimeAsync(1)
  expect(setups.stateOf(environment).status).toBe('failed')
})
