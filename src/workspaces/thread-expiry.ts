import type { PersistentThreads } from '../codex/threads/persistent-threads.ts'
import { expiryClock } from '../store/clock.ts'

/** What all persistent threads together may be. */
export interface ThreadBounds {
  /** Milliseconds that a thread is stored after its last use. */
  ttlMs: number
  count: number
  bytes: number
}

/** Milliseconds from one check to the next. */
const interval = 600_000

/** Deletes the expired threads, and the least recently used ones beyond the bounds: now, and at intervals until it is disposed of. */
export function threadExpiry(threads: PersistentThreads, bounds: ThreadBounds): AsyncDisposable {
  let ended = false
  const look = async () => {
    for (const { threadId } of surplus(await threads.all(), bounds)) {
      if (!ended) await threads.delete(threadId).catch(() => {}) // the next look finds it again
    }
  }
  let looking = look()
  const timer = setInterval(
    () => {
      looking = looking.then(look)
    },
    Math.min(interval, Math.max(bounds.ttlMs, 1_000))
  )
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      ended = true
      clearInterval(timer)
      await looking
    }
  }
}

/** The threads that have expired, and the least recently used ones beyond the other bounds. `usedAt` is in Unix milliseconds. */
export function surplus<T extends { usedAt: number; bytes: number }>(threads: readonly T[], bounds: ThreadBounds): T[] {
  const oldest = expiryClock() - bounds.ttlMs
  let count = 0
  let bytes = 0
  return threads
    .toSorted((one, other) => other.usedAt - one.usedAt)
    .filter((thread) => {
      count += 1
      bytes += thread.bytes
      return thread.usedAt < oldest || count > bounds.count || bytes > bounds.bytes
    })
}
