import type { Connection } from '../../store/connection.ts'
import { automationBody } from './automation.ts'
import type { Automation, AutomationStatus, Invocation, InvocationStatus } from './automation.ts'

/** Which rows; parameters are bound by position. */
export interface Rows {
  where: string
  parameters: readonly (string | number)[]
  order?: 'asc' | 'desc'
  limit?: number
}

export function automationsIn(
  connection: Connection,
  { where, parameters, order = 'asc', limit = -1 }: Rows
): Automation[] {
  const sql = `SELECT id, owner, created_at, status, body FROM automations WHERE ${where} ORDER BY id ${order} LIMIT ?`
  return connection.all(sql, ...parameters, limit).map(([id, owner, createdAt, status, body]) => ({
    id: String(id),
    owner: String(owner),
    createdAt: Number(createdAt),
    status: status as AutomationStatus,
    ...automationBody.parse(JSON.parse(String(body)))
  }))
}

export function invocationsIn(
  connection: Connection,
  { where, parameters, order = 'asc', limit = -1 }: Rows
): Invocation[] {
  const sql = `SELECT id, automation, created_at, scheduled_at, status, session, error FROM automation_invocations
    WHERE ${where} ORDER BY id ${order} LIMIT ?`
  return connection.all(sql, ...parameters, limit).map((row) => {
    const [id, automation, createdAt, scheduledAt, status, session, error] = row
    return {
      id: String(id),
      automation: String(automation),
      createdAt: Number(createdAt),
      scheduledAt: scheduledAt === null ? null : Number(scheduledAt),
      status: status as InvocationStatus,
      session: String(session),
      error: typeof error === 'string' ? (JSON.parse(error) as Invocation['error']) : null
    }
  })
}
