import { z } from 'zod'
import { environmentConfig } from '../../../environments/environment.ts'
import { fileCreation } from './schema.ts'
import { shownSource } from './shown-param.ts'

const stored = z.object({
  created_at: z.int(),
  updated_at: z.int(),
  name: z.string().nullable(),
  network: environmentConfig.shape.network,
  env: environmentConfig.shape.env,
  files: z.array(fileCreation),
  setup_commands: environmentConfig.shape.setup_commands
})
/** What environments are made of. Times are Unix seconds. */
export type StoredTemplate = z.output<typeof stored>
export const storedTemplate: z.ZodType<StoredTemplate> = stored

/** A template as it is answered: without its variables, and without what is in its files. */
export function shownTemplate(id: string, { created_at, updated_at, name, network, files }: StoredTemplate) {
  return {
    id,
    object: 'agent.environment.template' as const,
    created_at,
    updated_at,
    name,
    capability_directories: [] as string[],
    files: files.map(shownSource),
    network: { access: network.access, allowed_domains: network.allowed_domains },
    packages: { npm: [] as string[], python: [] as string[], system: [] as string[] },
    plugins: [] as never[],
    skills: [] as never[],
    desktop: { enabled: false }
  }
}
