import { setTimeout as sleep } from 'node:timers/promises'

/** Whether `promise` settles within so many milliseconds. Leaves no timer behind. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const clock = new AbortController()
  const late = sleep(milliseconds, false, { signal: clock.signal }).catch(() => false)
  const settled = promise.then(() => true, () => true)
  try {
    return await Promise.race([settled, late])
  } finally {
    clock.abort()
  }
}
