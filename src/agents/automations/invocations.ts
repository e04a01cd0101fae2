import type { Connection } from '../../store/connection.ts'
import { newId } from '../ids.ts'
import type { Automation, Invocation } from './automation.ts'

/** Those of one automation that are over and stay; older ones go. */
const maxStored = 100

/** Stores that an automation is to be done, or that this is skipped because an earlier time is not over. Within a transaction. */
export function addInvocation(
  connection: Connection,
  { id: automation, target }: Automation,
  { now, scheduledAt }: { now: number; scheduledAt: number | null }
): Invocation {
  const pending = "SELECT 1 FROM automation_invocations WHERE automation = ? AND status = 'queued'"
  const made: Invocation = {
    id: newId('autoinv', now),
    automation,
    createdAt: now,
    scheduledAt,
    status: connection.get(pending, automation) === undefined ? 'queued' : 'skipped',
    session: target.type === 'existing_session' ? target.session_id : newId('asess', now),
    error: null
  }
  connection.run(
    `INSERT INTO automation_invocations (id, automation, created_at, scheduled_at, status, session)
     VALUES (?, ?, ?, ?, ?, ?)`,
    ...[made.id, automation, now, scheduledAt, made.status, made.session]
  )
  connection.run(
    `DELETE FROM automation_invocations WHERE automation = ?1 AND status <> 'queued' AND id < coalesce(
      (SELECT id FROM automation_invocations WHERE automation = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2), '')`,
    ...[automation, maxStored]
  )
  return made
}
