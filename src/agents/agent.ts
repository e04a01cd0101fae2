import { z } from 'zod'
import { ifGiven, orElse } from './defaults.ts'
import { toolParam } from './tools.ts'

/** Counts, and lengths in characters. `tools` is bytes of JSON. */
export const limits = { tools: 3 * 1024 * 1024, name: 256, instructions: 1_048_576, subagents: 64 }

export const agentEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
const tiers = ['auto', 'default', 'flex', 'priority', 'fast', 'ultrafast'] as const
const sizes = ['low', 'medium', 'high'] as const

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) })
])
const plainText = { type: 'text' } as const
const text = z.object({ format: orElse(format, plainText), verbosity: orElse(z.enum(sizes), 'medium') })
const reasoning = z.object({
  effort: orElse(z.enum(agentEfforts), null),
  summary: orElse(z.enum(['concise', 'detailed', 'auto']), null)
})
const usualSubagents = 6
const multiAgent = z
  .object({
    enabled: z.boolean(),
    max_concurrent_subagents: orElse(z.int().min(1).max(limits.subagents), null)
  })
  .transform(({ enabled, max_concurrent_subagents: most }) => ({
    enabled,
    max_concurrent_subagents: enabled ? (most ?? usualSubagents) : most
  }))

const tools = z
  .array(toolParam)
  .refine((all) => Buffer.byteLength(JSON.stringify(all)) <= limits.tools, 'all tools have at most 3 MiB as JSON')

/** What an agent is, beside its model. What is left out or null has the default of the API. */
export const agentFields = {
  instructions: orElse(z.string().max(limits.instructions), null),
  tools: orElse(tools, []),
  text: orElse(text, { format: plainText, verbosity: 'medium' }),
  reasoning: orElse(reasoning, { effort: null, summary: null }),
  service_tier: orElse(z.enum(tiers), 'auto'),
  multi_agent: orElse(multiAgent, { enabled: false, max_concurrent_subagents: null }),
  compaction: ifGiven(z.object({ async: orElse(z.boolean(), false) })),
  experimental: ifGiven(z.object({ time_awareness: orElse(z.boolean(), false) }))
}

/** What works in a session. The tools are as they were sent, with what logs in at their servers. */
export const agentConfig = z.object({ model: z.string().min(1).max(256), ...agentFields })
export type AgentConfig = z.output<typeof agentConfig>

const stored = z.object({
  created_at: z.int(),
  updated_at: z.int(),
  name: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  config: agentConfig
})
/** An agent that is saved. Times are Unix seconds. */
export type StoredAgent = z.output<typeof stored>
export const storedAgent: z.ZodType<StoredAgent> = stored
