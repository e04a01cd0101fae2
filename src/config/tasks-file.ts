import { parse } from 'smol-toml'
import { z } from 'zod'
import { efforts, sandboxModes } from '../turn/request.ts'
import { isWorkspaceId } from '../turn/workspace-id.ts'
import { readNamedFile } from './named-file.ts'

/** A file of task templates as it was when it was read. */
export interface TasksFile {
  path: string
  templates: TemplateEntry[]
}

const maxEntries = 200
/** How many mistakes one message names. */
const maxShown = 5

/** What a placeholder looks like: `{{name}}`. */
export const placeholder = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g
/** What a variable of the environment may be called. */
export const variableName = /^[A-Za-z_]\w{0,127}$/

const jsonSchema = z.record(z.string(), z.unknown())
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })

export const templateEntry = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^(?!task_)[a-z\d][a-z\d_-]{0,63}$/,
        'must be lower-case letters, digits, "-" and "_", and not begin with task_'
      ),
    description: z.string().optional(),
    /** With `{{parameter}}` for what callers send. */
    prompt: z.string().min(1, 'must not be empty'),
    /** JSON schemas of the parameters, by name. */
    parameters: z.record(z.string().regex(variableName, 'must be a name'), jsonSchema).default({}),
    /** The names of those that must be sent; all when left out. */
    required: z.array(z.string()).optional(),
    /** The JSON schema of the result; it is a text when left out. */
    schema: jsonSchema.optional(),
    workspace: z.string().refine(isWorkspaceId, 'must be the id of a workspace').optional(),
    model: z.string().min(1).optional(),
    effort: oneOf(efforts).optional(),
    sandbox: oneOf(sandboxModes).optional(),
    timeout_seconds: z.int().min(1).max(604_800).optional(),
    /** How many of them may be unfinished, of all callers together. */
    max_active: z.int().min(1).max(100_000).optional(),
    /** Variables for commands: each the name of a parameter, which must not be in the prompt. */
    env: z.record(z.string().regex(variableName, 'must be the name of a variable'), z.string()).default({}),
    when_limited: oneOf(['fail', 'wait']).optional(),
    retry: oneOf(['never', 'safe']).optional()
  })
  .superRefine((entry, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    const secret = Object.values(entry.env)
    for (const [, name = ''] of entry.prompt.matchAll(placeholder)) {
      if (!Object.hasOwn(entry.parameters, name))
        problem(['prompt'], `names {{${name}}}, which is none of "parameters"`)
      if (secret.includes(name)) problem(['prompt'], `names {{${name}}}, whose value is a secret of "env"`)
    }
    for (const [variable, name] of Object.entries(entry.env))
      if (!Object.hasOwn(entry.parameters, name)) problem(['env', variable], `"${name}" is none of "parameters"`)
    for (const name of entry.required ?? [])
      if (!Object.hasOwn(entry.parameters, name)) problem(['required'], `"${name}" is none of "parameters"`)
  })

export type TemplateEntry = z.output<typeof templateEntry>

const file = z.strictObject({
  tasks: z
    .array(templateEntry)
    .min(1, 'must have an entry')
    .max(maxEntries, `must have at most ${maxEntries} entries`)
    .superRefine((entries, context) => {
      for (const [index, { name }] of entries.entries())
        if (entries.findIndex((other) => other.name === name) < index)
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `"${name}" is the name of an earlier entry`
          })
    })
})

/**
 * Reads a file of task templates: JSON where its name ends in `.json`, else TOML. Throws an `Error` whose message continues the name of
 * a setting, and names the file, the entries and the fields at fault.
 */
export function readTasksFile(path: string): TasksFile {
  const { stats, text } = readNamedFile(path)
  if ((stats.mode & 0o022) !== 0) throw new Error(`names a file that other users may write; run chmod go-w ${path}`)
  const result = file.safeParse(valueFrom(path, text))
  if (result.success) return { path, templates: result.data.tasks }
  const problems = result.error.issues.map(({ path: at, message }) => `${at.join('.') || 'it'} ${message}`)
  const more = problems.length > maxShown ? `; and ${problems.length - maxShown} more` : ''
  throw new Error(`names a file with mistakes: ${path}: ${problems.slice(0, maxShown).join('; ')}${more}`)
}

function valueFrom(path: string, text: string): unknown {
  try {
    return path.endsWith('.json') ? (JSON.parse(text) as unknown) : parse(text)
  } catch (error) {
    throw new Error(
      `names a file that is no ${path.endsWith('.json') ? 'JSON' : 'TOML'}: ${path} (${(error as Error).message.split('\n')[0]})`,
      { cause: error }
    )
  }
}
