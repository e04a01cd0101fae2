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

export const callerTool = z.discriminatedUnion('type', [functionTool, customTool])
export const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  namedTool,
  z.strictObject({
    type: z.literal('allowed_tools'),
    mode: z.enum(['auto', 'required']),
    tools: z.array(z.looseObject({ type: z.string() }))
  })
])
