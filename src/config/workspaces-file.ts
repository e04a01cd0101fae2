import { realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { efforts, profileNames, sandboxModes } from '../turn/request.ts'
import { isWorkspaceId, workspaceIdRule } from '../turn/workspace-id.ts'
import { readNamedFile } from './named-file.ts'
import { secureUrl, secureUrlRule } from './secure-url.ts'

/** A file of workspaces as it was when it was read. */
export interface WorkspacesFile {
  path: string
  workspaces: WorkspaceEntry[]
}

/** The workspace whose folder and home are those of the settings. */
export const defaultId = 'default'

const maxEntries = 1_000
/** How many mistakes one message names. */
const maxShown = 5

const text = z.string().min(1, 'must not be empty')
const names = z.array(text).min(1, 'must name somebody, or be left out')
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })

/** A folder that exists, as its canonical path; `base` is where relative ones begin. */
const folderFrom = (base: string) =>
  text.transform((written, context) => {
    const path = /^~(\/|$)/.test(written) ? join(homedir(), written.slice(1)) : resolve(base, written)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(path)
    context.addIssue({ code: 'custom', message: `must be a folder that exists, and ${path} is none` })
    return z.NEVER
  })

const entryFrom = (base: string) =>
  z
    .strictObject({
      id: text.refine(isWorkspaceId, workspaceIdRule),
      /** Left out for `default` alone: CODEX_WORKSPACE. */
      folder: folderFrom(base).optional(),
      sandbox: oneOf(sandboxModes).optional(),
      /** For requests that name none. */
      model: text.optional(),
      /** Those that may be used; all when left out. */
      models: z.array(text).min(1, 'must name a model, or be left out').optional(),
      effort: oneOf(efforts).optional(),
      profile: oneOf(profileNames).optional(),
      /** More folders that `workspace-write` may write. */
      add_dirs: z.array(folderFrom(base)).optional(),
      /** Names of those who may use it; everybody when left out. */
      principals: names.optional(),
      /** What to do where codex asks before it acts; the gateway's when left out. */
      approvals: oneOf(['decline', 'ask']).optional(),
      /** Where its token for the model provider is fetched; the gateway's when left out. */
      model_token_url: z.string().refine(secureUrl, secureUrlRule).optional(),
      /** Where commands of its remote TUIs run; as CODEX_WORKSPACE_RUNS says when left out. */
      runs: oneOf(['here', 'executors']).optional(),
      /** Turns that run in it at once. */
      max_concurrency: z.int('must be a whole number').min(1, 'must be at least 1').optional()
    })
    .refine(({ id, folder }) => folder !== undefined || id === defaultId, {
      path: ['folder'],
      message: 'is missing'
    })
    .refine(({ model, models }) => !model || !models || models.includes(model), {
      path: ['model'],
      message: 'must be one of "models"'
    })

export type WorkspaceEntry = z.output<ReturnType<typeof entryFrom>>

const fileFrom = (base: string) =>
  z.strictObject({
    workspaces: z
      .array(entryFrom(base))
      .min(1, 'must have an entry')
      .max(maxEntries, `must have at most ${maxEntries} entries`)
      .superRefine((entries, context) => {
        for (const [index, { id }] of entries.entries())
          if (entries.findIndex((other) => other.id === id) < index)
            context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is the id of an earlier entry` })
      })
  })

/**
 * Reads a file of workspaces: JSON where its name ends in `.json`, else TOML. Throws an `Error` whose message continues the name
 * of a setting, and names the file, the entries and the fields at fault.
 */
export function readWorkspacesFile(path: string): WorkspacesFile {
  const { stats, text: content } = readNamedFile(path)
  if ((stats.mode & 0o022) !== 0) throw new Error(`names a file that other users may write; run chmod go-w ${path}`)
  const value = valueFrom(path, content)
  const result = fileFrom(dirname(path)).safeParse(value)
  if (result.success) return { path, workspaces: result.data.workspaces }
  const problems = result.error.issues.map((issue) => problemFrom(issue, value))
  const more = problems.length > maxShown ? `; and ${problems.length - maxShown} more` : ''
  throw new Error(`names a file with mistakes: ${path}: ${problems.slice(0, maxShown).join('; ')}${more}`)
}

function valueFrom(path: string, content: string): unknown {
  const format = path.endsWith('.json') ? 'JSON' : 'TOML'
  try {
    return format === 'JSON' ? JSON.parse(content) : parse(content)
  } catch (error) {
    const [reason] = (error as Error).message.split('\n')
    throw new Error(`names a file that is not ${format}: ${path} (${reason})`, { cause: error })
  }
}

/** `workspaces[1] ("ada"): sandbox must be one of …` */
function problemFrom(issue: z.core.$ZodIssue, value: unknown): string {
  const [list, index, ...field] = issue.path
  const reason =
    issue.code === 'unrecognized_keys'
      ? `has no field ${issue.keys.map((key) => `"${key}"`).join(', ')}; there are ${fieldsAt(issue.path).join(', ')}`
      : issue.message.replace(/^Invalid input: expected \w+, received undefined$/, 'is missing')
  if (list === undefined) return `the file ${reason}`
  if (typeof index !== 'number') return `"${String(list)}" ${reason}`
  const place = field.map((part) => (typeof part === 'number' ? `[${part}]` : String(part))).join('')
  return `workspaces[${index}]${idAt(value, index)}: ${place}${place === '' ? '' : ' '}${reason}`
}

const fieldsAt = (path: readonly PropertyKey[]) =>
  path.length === 0 ? ['workspaces'] : Object.keys(entryFrom('').shape)

function idAt(value: unknown, index: number): string {
  const entry = (value as { workspaces: unknown[] }).workspaces[index]
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined
  return typeof id === 'string' ? ` (${JSON.stringify(id.slice(0, 64))})` : ''
}
