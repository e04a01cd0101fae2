import { z } from 'zod'
import { efforts, profileNames, sandboxModes, verbosities } from '../turn/request.ts'
import type { TurnRequest } from '../turn/request.ts'

const text = z.string()
const input = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('image'), url: text })
])

const history = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.array(input),
    name: text.optional(),
    phase: z.enum(['commentary', 'final_answer']).optional()
  }),
  z.object({ type: z.literal('reasoning'), encrypted_content: text, summary: z.array(text) }),
  z.object({ type: z.literal('tool_call'), call_id: text, name: text, arguments: text }),
  z.object({ type: z.literal('tool_result'), call_id: text, output: z.array(input), name: text.optional() })
])

const thread = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('new'), persistent: z.boolean() }),
  z.object({ kind: z.literal('resume'), id: text, heldItems: z.number().optional(), worker: text.optional() }),
  z.object({
    kind: z.literal('fork'),
    id: text,
    afterTurn: text.optional(),
    heldItems: z.number().optional(),
    worker: text.optional()
  })
])

const record = z.record(text, z.unknown())

const shape = {
  thread: thread.optional(),
  workspace: text.optional(),
  folder: text.optional(),
  input: z.array(input),
  history: z.array(history).optional(),
  instructions: text.optional(),
  model: text.optional(),
  effort: z.enum(efforts).optional(),
  verbosity: z.enum(verbosities).optional(),
  serviceTier: z.enum(['flex', 'priority']).optional(),
  sandbox: z.enum(sandboxModes).optional(),
  tools: z
    .array(
      z.object({
        name: text,
        description: text.optional(),
        parameters: record.optional(),
        strict: z.boolean().optional()
      })
    )
    .optional(),
  toolChoice: z.union([z.enum(['auto', 'none', 'required']), z.object({ name: text })]).optional(),
  parallelToolCalls: z.boolean().optional(),
  webSearch: z
    .object({
      live: z.boolean(),
      contextSize: z.enum(['low', 'medium', 'high']).optional(),
      domains: z.array(text).optional(),
      location: z.record(text, text).optional()
    })
    .optional(),
  encryptedReasoning: z.boolean().optional(),
  outputSchema: record.optional(),
  strictOutput: z.boolean().optional(),
  limitTimes: z.boolean().optional(),
  discardable: z.boolean().optional(),
  engine: text.optional(),
  profile: z.enum(profileNames).optional(),
  codexInstructions: z.boolean().optional(),
  commandEnv: z.record(text, text).optional(),
  timeLimitMs: z.number().optional(),
  owner: text.optional(),
  key: text.optional()
} satisfies Record<keyof TurnRequest, z.ZodType>

const request = z.object(shape)

/** A request as a front end sent it. Throws where it is none. */
export function requestFrom(value: unknown): TurnRequest {
  return request.parse(value) as TurnRequest // JSON has no undefined, so that what is optional is there or not
}
