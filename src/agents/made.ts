import { z } from 'zod'
import { agentConfig } from './agent.ts'
import { secondsOf } from './ids.ts'
import type { SessionStatus } from './status.ts'
import { sessionEnvironment, shownEnvironment } from './shown-environment.ts'
import { shownSpending } from './spending.ts'
import { shownTool } from './tools.ts'

/** What a session was made with, and what was changed of that. */
export const sessionMade = z.object({
  agentId: z.string(),
  name: z.string().nullable(),
  config: agentConfig,
  environment: sessionEnvironment,
  review: z.enum(['none', 'auto_review']).optional(),
  /** US cents that it may spend. */
  spendLimit: z.number().optional()
})
export type SessionMade = z.output<typeof sessionMade>

/** A session as the API shows it. Times are Unix milliseconds. */
export interface SessionParts {
  id: string
  createdAt: number
  made: SessionMade
  metadata: Readonly<Record<string, string>>
  status: SessionStatus
}

export function shownSession({ id, createdAt, made, metadata, status }: SessionParts) {
  const { agentId, name, config, environment, review } = made
  const tools = config.tools.filter(({ type }) => type !== 'tool_search').map(shownTool)
  return {
    id,
    object: 'agent.session' as const,
    agent: { id: agentId, name, ...config, tools },
    created_at: secondsOf(createdAt),
    environment: shownEnvironment(environment),
    error: status.error,
    last_active_at: secondsOf(status.lastActiveAt),
    metadata,
    required_actions: status.actions,
    status: status.status,
    usage: status.usage,
    vault_ids: [] as string[],
    ...(review && { review }),
    ...shownSpending(made, status)
  }
}
export type ShownSession = ReturnType<typeof shownSession>
