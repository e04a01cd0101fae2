import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TurnQueue } from '../../src/engines/queue.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { configFrom } from '../../src/config/config.ts'

const config = configFrom({ HOME: '/home/ada' })
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000))

/** Asks as openai-node and openai-python do by default: two retries, each after what Retry-After says. */
async function ask(queue: TurnQueue, turnSeconds: number, retries = 2): Promise<void> {
  try {
    const release = await queue.enter('a', new AbortController().signal)
    await seconds(turnSeconds)
    release()
  } catch (error) {
    if (!(error instanceof GatewayError) || retries === 0) throw error
    const { retryAfter = 0 } = error
    expect(retryAfter).toBeLessThanOrEqual(60) // or they would wait as long as they like
    await seconds(retryAfter)
    await ask(queue, turnSeconds, retries - 1)
  }
}

describe('a fan-out larger than the queue', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['20 of 10 s with the default settings', 20, 10, config.CODEX_MAX_CONCURRENCY],
    ['60 of 2 s in 4 slots', 60, 2, 4],
    ['10 of 30 s with the default settings', 10, 30, config.CODEX_MAX_CONCURRENCY]
  ])('is served by the retries of its client: %s', async (_name, count, turnSeconds, concurrency) => {
    const queue = new TurnQueue({
      concurrency,
      queue: config.CODEX_MAX_QUEUE,
      patience: config.CODEX_QUEUE_TIMEOUT_SECONDS * 1000
    })
    const all = Promise.allSettled(Array.from({ length: count }, () => ask(queue, turnSeconds)))
    await vi.advanceTimersByTimeAsync(600_000)
    const failed = (await all).filter(({ status }) => status === 'rejected')
    expect(failed).toEqual([])
  })
})
