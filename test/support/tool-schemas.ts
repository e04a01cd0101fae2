import { z } from 'zod'

// Tools as a response repeats them, after OpenAI's published API description.

const functionTool = z.strictObject({
  type: z.literal('function'),
  name: z.string(),
  description: z.string().nullable(),
  parameters: z.record(z.string(), z.unknown()).nullable(),
  strict: z.boolean().nullable()
})

const customTool = z.strictObject({
  type: z.literal('custom'),
  name: z.string(),
  description: z.string(),
  format: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text') }),
    z.strictObject({ type: z.literal('grammar'), syntax: z.enum(['lark', 'regex']), definition: z.string() })
  ])
})
const namedTool = z.strictObject({ type: z.enum(['function', 'custom']), name: z.string() })

const word = z.string().nullable()
const searchTool = z.strictObject({
  type: z.enum(['web_search', 'web_search_2025_08_26', 'web_search_preview', 'web_search_preview_2025_03_11']),
  search_context_size: z.enum(['low', 'medium', 'high']),
  filters: z.strictObject({ allowed_domains: z.array(z.string()) }).nullable(),
  user_location: z
    .strictObject({ type: z.literal('approximate'), country: word, region: word, city: word, timezone: word })
    .nullable()
})

export const callerTool = z.discriminatedUnion('type', [functionTool, customTool, searchTool])
export const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  namedTool,
  z.strictObject({
    type: z.literal('allowed_tools'),
    mode: z.enum(['auto', 'required']),
    tools: z.array(z.looseObject({ type: z.string() }))
  })
])
