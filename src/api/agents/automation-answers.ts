import { z } from 'zod'
import type { Automation, Invocation, Target } from '../../agents/automations/automation.ts'
import type { Schedule } from '../../agents/automations/schedule.ts'
import { secondsOf } from '../../agents/ids.ts'
import { shownTool } from '../../agents/tools.ts'
import { shownParam } from './environments/shown-param.ts'

const metadata = z.record(z.string(), z.string())

/** What is answered, for the description. */
export const automationAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.automation'),
  type: z.enum(['once', 'periodic']),
  created_at: z.int(),
  created_by: z.object({ type: z.literal('developer') }),
  name: z.string(),
  metadata,
  status: z.enum(['active', 'paused', 'completed']),
  target: z.looseObject({ type: z.enum(['new_session', 'existing_session']) }),
  run_at: z.int().optional(),
  expression: z.string().optional(),
  timezone: z.string().optional()
})

export const invocationAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.automation.invocation'),
  automation_id: z.string(),
  created_at: z.int(),
  scheduled_at: z.int().nullable(),
  session_id: z.string().nullable(),
  status: z.enum(['queued', 'completed', 'failed', 'skipped']),
  skip_reason: z.literal('pending_delivery').nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  source: z.looseObject({ type: z.enum(['manual', 'automation']) })
})

/** An automation as it is answered. */
export function shownAutomation({ id, createdAt, name, metadata: pairs, schedule, status, target }: Automation) {
  return {
    id,
    object: 'agent.automation' as const,
    created_at: secondsOf(createdAt),
    created_by: { type: 'developer' as const },
    metadata: pairs,
    name,
    status,
    target: shownTarget(target),
    ...shownSchedule(schedule)
  }
}
export type ShownAutomation = ReturnType<typeof shownAutomation>

const shownSchedule = (schedule: Schedule) =>
  schedule.type === 'once' ? { type: schedule.type, run_at: secondsOf(schedule.runAt) } : schedule

function shownTarget(target: Target) {
  if (target.type === 'existing_session') return target
  const { type, request, config, messages, metadata: pairs } = target
  return {
    type,
    agent: config && {
      ...config,
      tools: config.tools.filter(({ type: kind }) => kind !== 'tool_search').map(shownTool)
    },
    agent_id: request.agent_id ?? null,
    environment: shownParam(request.environment),
    input: messages.map(({ content }) => ({ type: 'message' as const, role: 'user' as const, content })),
    metadata: pairs,
    vault_ids: [] as string[]
  }
}

/** An invocation as it is answered: one that makes a session has it when it is completed. */
export function shownInvocation(
  { id, automation: automationId, createdAt, scheduledAt, status, session, error }: Invocation,
  automation: Automation
) {
  const hasSession = status === 'completed' || automation.target.type === 'existing_session'
  return {
    id,
    object: 'agent.automation.invocation' as const,
    automation_id: automationId,
    created_at: secondsOf(createdAt),
    error,
    scheduled_at: scheduledAt === null ? null : secondsOf(scheduledAt),
    session_id: hasSession ? session : null,
    skip_reason: status === 'skipped' ? ('pending_delivery' as const) : null,
    source:
      scheduledAt === null
        ? { type: 'manual' as const }
        : { type: 'automation' as const, automation: shownAutomation(automation) },
    status
  }
}
export type ShownInvocation = ReturnType<typeof shownInvocation>
