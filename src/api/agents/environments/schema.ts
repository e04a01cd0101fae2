import { z } from 'zod'
import { isHostName } from '../../../turn/host-name.ts'

/** Counts, and lengths in characters. */
const limits = { files: 50, domains: 100, variables: 100, variable: 32_768, commands: 50, command: 32_768 }

/** Where a file comes from: what was uploaded, or standard base64. */
const source = z.discriminatedUnion('type', [
  z.object({ type: z.literal('file_id'), file_id: z.string(), path: z.string() }),
  z.object({ type: z.literal('inline'), data: z.string(), path: z.string() })
])
export type SentFile = z.output<typeof source>
export const fileCreation = source

const domain = z
  .string()
  .refine(isHostName, 'a domain is an exact host name: no wildcard, scheme, port or path')
  .transform((text) => text.toLowerCase())
const domains = z.array(domain).max(limits.domains, `at most ${limits.domains} domains`).nullish()
const network = z.object({
  access: z.enum(['enabled', 'disabled', 'restricted']),
  allowed_domains: domains,
  blocked_domains: domains
})
const variable = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a variable has a name of letters, digits and underscores'),
    z
      .string()
      .max(limits.variable, `at most ${limits.variable} characters`)
      .refine((value) => !value.includes('\0'), 'no variable holds a NUL')
  )
  .refine((all) => Object.keys(all).length <= limits.variables, `at most ${limits.variables} variables`)

const names = z.array(z.string()).nullish()
const setupCommands = z
  .array(z.object({ command: z.string().min(1).max(limits.command), cwd: z.string().nullish() }))
  .max(limits.commands, `at most ${limits.commands} commands`)
const things = z.array(z.looseObject({})).nullish()

/** What environments and templates are made with. */
export const environmentFields = {
  capability_directories: names,
  desktop: z.object({ enabled: z.boolean() }).nullish(),
  env: variable.nullish(),
  files: z.array(source).max(limits.files, `at most ${limits.files} files`).nullish(),
  network: network.nullish(),
  packages: z.object({ npm: names, python: names, system: names }).nullish(),
  plugins: things,
  setup_commands: setupCommands.nullish(),
  skills: things
}
const fields = z.object(environmentFields)
export type EnvironmentFields = z.output<typeof fields>

const hosted = z.object({
  type: z.literal('openai_hosted'),
  environment_template_id: z.string().nullish(),
  container_size: z.enum(['small', 'medium', 'large']).nullish(),
  ...environmentFields
})
export type HostedWish = z.output<typeof hosted>

export const environmentCreation = z.object({ environment: hosted, vault_ids: z.array(z.string()).nullish() })

/** The environment of a new session. With `environment_id` it is there already. */
export const environmentParam = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  hosted.extend({ environment_id: z.string().nullish() }),
  z.object({ type: z.literal('self_hosted'), workspace_directory: z.string(), capability_directories: names })
])
export type EnvironmentParam = z.output<typeof environmentParam>

const name = z.string().max(256).nullish()
export const templateCreation = z.object({ name, ...environmentFields })
export type TemplateFields = z.output<typeof templateCreation>

const shown = {
  files: z.array(z.looseObject({ path: z.string() })),
  plugins: z.array(z.unknown()),
  skills: z.array(z.unknown())
}

export const environmentAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.environment'),
  ...shown,
  status: z.string(),
  type: z.literal('openai_hosted')
})

export const templateAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.environment.template'),
  created_at: z.int(),
  updated_at: z.int(),
  name: z.string().nullable(),
  capability_directories: z.array(z.string()),
  network: z.object({ access: z.string(), allowed_domains: z.array(z.string()) }),
  packages: z.looseObject({}),
  desktop: z.object({ enabled: z.boolean() }),
  ...shown
})

export const fileAnswer = z.object({
  environment_id: z.string(),
  object: z.literal('agent.environment.file'),
  path: z.string(),
  size_bytes: z.int()
})

export const artifactAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.session.artifact'),
  created_at: z.int(),
  environment_id: z.string(),
  path: z.string(),
  session_id: z.string(),
  size_bytes: z.int(),
  turn_id: z.string()
})
