import type { SessionStore } from './session-store.ts'
import type { Session } from './session.ts'

/** Ends what a gateway that stops has in memory, so that another may have it at once. What cannot be stored is lost. */
export function stopAll(sessions: readonly Session[], store: SessionStore, worker: string): void {
  if (sessions.length === 0) return
  try {
    for (const session of sessions) {
      session.close('shutdown')
      session.journal.flush()
    }
    store.release(worker)
  } catch {
    // the store cannot be used
  }
}
