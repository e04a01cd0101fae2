import { z } from 'zod'
import { efforts, profileNames, sandboxModes } from '../turn/request.ts'

const alias = z.strictObject({
  model: z.string().min(1).optional(),
  effort: z.enum(efforts).optional(),
  sandbox: z.enum(sandboxModes).optional(),
  engine: z.string().min(1).optional(),
  profile: z.enum(profileNames).optional(),
  strip_answer_tags: z.boolean().optional(),
  codex_instructions: z.boolean().optional()
})

type Alias = z.infer<typeof alias>

const aliases = z.record(
  z.string().min(1),
  z.union([
    z
      .string()
      .min(1)
      .transform((model) => ({ model })),
    alias
  ])
)

/** Reads the JSON of `CODEX_MODEL_ALIASES`: names to a model, or to what a name stands for. */
export const aliasesFromJson = z.string().transform((value, context): ReadonlyMap<string, Alias> => {
  let json: unknown
  try {
    json = JSON.parse(value)
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a JSON object' })
    return z.NEVER
  }
  const parsed = aliases.safeParse(json)
  if (parsed.success) return new Map<string, Alias>(Object.entries(parsed.data))
  context.addIssue({
    code: 'custom',
    message: `must map names to a model or to {${Object.keys(alias.shape).join(', ')}}; look at ${problem(parsed.error)}`
  })
  return z.NEVER
})

function problem(error: z.ZodError): string {
  const path = error.issues[0]?.path.map((key) => JSON.stringify(key)).join('.') ?? ''
  return path === '' ? 'the outermost value' : path
}
