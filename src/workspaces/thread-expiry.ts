import type { KeptThreads } from '../codex/threads/persistent-threads.ts'
import { surplus } from '../store/sweep.ts'
import type { Bounds } from '../store/sweep.ts'

/** Milliseconds from one look to the next. */
const interval = 600_000

/** Deletes the threads whose time is over, and the longest unused ones beyond the bounds: now, and again and again until it is disposed of. */
export function threadExpiry(threads: KeptThreads, bounds: Bounds): AsyncDisposable {
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
    Math.min(interval, Math.max(bounds.lifeMs, 1_000))
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
