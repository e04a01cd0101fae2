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
