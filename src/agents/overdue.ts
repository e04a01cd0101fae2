import type { AgentStore } from '../sessions/agent-store.ts'
import type { AgentSessions } from './agent-sessions.ts'
import type { Drive } from './drive.ts'

/** Milliseconds that a turn waits for results of functions. */
const patience = 86_400_000

/** Cancels the turns whose calls nobody has answered in time. To be called at intervals. */
export async function cancelOverdue(
  store: Pick<AgentStore, 'waitingSince'>,
  sessions: Pick<AgentSessions, 'find'>,
  drive: Pick<Drive, 'cancel'>
): Promise<void> {
  const before = Date.now() - patience
  for (const { owner, id } of store.waitingSince(before)) {
    const session = sessions.find(owner, id)
    const isOverdue = () => session.status.actions.length > 0 && session.status.lastActiveAt < before
    await session.inOrder(async () => (isOverdue() ? drive.cancel(session) : undefined))
  }
}
