import { parse } from 'smol-toml'
import { z } from 'zod'
import { limitForm, limitFrom } from '../turn/limit.ts'
import type { Limit } from '../turn/limit.ts'
import { readNamedFile } from './named-file.ts'

const subjectForm =
  '"*" (all together), "principal:NAME", "key:ID" or "workspace:ID", or "principal:*" for each by itself'
const rule = z.strictObject({
  subject: z.string().regex(/^(?:\*|(?:principal|key|workspace):(?:\*|[\w.:-]{1,128}))$/, `must be ${subjectForm}`),
  limit: z.string().transform((text, context): Limit => {
    const limit = limitFrom(text)
    if (limit) return limit
    context.addIssue({ code: 'custom', message: `must be a text such as ${limitForm}` })
    return z.NEVER
  }),
  models: z.array(z.string().min(1)).min(1, 'must name a model, or be left out').optional(),
  on_limit: z.enum(['stop', 'finish', 'warn']).default('stop')
})
const file = z.strictObject({
  rules: z.array(rule).max(1_000).default([]),
  shares: z.record(z.string(), z.number().positive()).default({})
})

export type LimitsFile = z.output<typeof file>

/** Reads a file of limits. Throws an `Error` whose message continues the name of a setting. */
export function readLimitsFile(path: string): LimitsFile {
  return fromToml(path, file)
}

/** A TOML file as `schema` reads it. */
export function fromToml<T>(path: string, schema: z.ZodType<T>): T {
  const { text } = readNamedFile(path)
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new Error(`names a file that is no TOML: ${path} (${String((error as Error).message).split('\n')[0]})`, {
      cause: error
    })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Error(
    `names a file that is wrong at ${issue?.path.join('.') || 'its beginning'}: ${issue?.message ?? ''}: ${path}`
  )
}
