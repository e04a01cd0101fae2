import { z } from 'zod'

const settings = {
  instructions: z.string().nullable(),
  model: z.string(),
  multi_agent: z.object({ enabled: z.boolean(), max_concurrent_subagents: z.int().nullable() }),
  name: z.string().nullable(),
  reasoning: z.object({ effort: z.string().nullable(), summary: z.string().nullable() }),
  service_tier: z.string(),
  text: z.object({ format: z.looseObject({ type: z.string() }), verbosity: z.string() }),
  tools: z.array(z.looseObject({ type: z.string() })),
  compaction: z.object({ async: z.boolean() }).optional(),
  experimental: z.object({ time_awareness: z.boolean() }).optional()
}
const metadata = z.record(z.string(), z.string())

/** What is answered, for the description. */
export const agentAnswer = z.object({
  id: z.string(),
  object: z.literal('agent'),
  created_at: z.int(),
  updated_at: z.int(),
  metadata,
  ...settings
})

export const deletedAnswer = (object: string) =>
  z.object({ id: z.string(), object: z.literal(object), deleted: z.literal(true) })

const usage = z.looseObject({ total_tokens: z.int() }).nullable()

export const sessionAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.session'),
  agent: z.object({ id: z.string(), ...settings }),
  created_at: z.int(),
  environment: z.looseObject({ type: z.string() }),
  error: z.string().nullable(),
  last_active_at: z.int(),
  metadata,
  required_actions: z.array(z.looseObject({ type: z.string(), turn_id: z.string() })),
  status: z.enum(['idle', 'in_progress', 'requires_action', 'failed']),
  usage,
  vault_ids: z.array(z.string()),
  review: z.string().optional(),
  spend_control: z.object({ consumed: z.int().nullable(), limit: z.number() }).optional()
})

export const turnAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.session.turn'),
  agent_id: z.string(),
  session_id: z.string(),
  subagent_id: z.string().nullable(),
  status: z.enum(['queued', 'in_progress', 'waiting', 'completed', 'failed', 'cancelled']),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  created_at: z.int(),
  started_at: z.int().nullable(),
  completed_at: z.int().nullable(),
  usage
})

export const itemAnswer = z.looseObject({ id: z.string(), type: z.string(), turn_id: z.string() })

export const subagentAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.session.subagent'),
  closed_at: z.int().nullable(),
  instructions: z.array(z.looseObject({ type: z.string() })).nullable(),
  name: z.string().nullable(),
  opened_at: z.int(),
  parent_agent_id: z.string(),
  session_id: z.string(),
  status: z.enum(['active', 'closed'])
})
