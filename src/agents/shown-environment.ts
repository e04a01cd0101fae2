import { z } from 'zod'
import { environmentConfig } from '../environments/environment.ts'
import type { Environment, InitialFile } from '../environments/environment.ts'

/** The environment of a session: what of it is shown. Its variables and setup commands are not. */
export const sessionEnvironment = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  environmentConfig
    .omit({ env: true, setup_commands: true })
    .extend({ type: z.literal('openai_hosted'), id: z.string() })
])
export type SessionEnvironment = z.output<typeof sessionEnvironment>

export function sessionEnvironmentOf({ id, config }: Environment): SessionEnvironment {
  const { env: _, setup_commands: __, ...shown } = config
  return { type: 'openai_hosted', id, ...shown }
}

/** A first file as the API shows it. */
export const shownFile = ({ file_id, ...file }: InitialFile) =>
  file_id === undefined ? { ...file, type: 'inline' as const } : { ...file, file_id, type: 'file_id' as const }

/** The environment of a session as the API shows it. */
export function shownEnvironment(environment: SessionEnvironment) {
  if (environment.type === 'none') return environment
  const { files, network, ...rest } = environment
  return {
    ...rest,
    capability_directories: [] as string[],
    files: files.map(shownFile),
    network: { access: network.access, allowed_domains: network.allowed_domains },
    packages: { npm: [] as string[], python: [] as string[], system: [] as string[] },
    plugins: [] as never[],
    skills: [] as never[],
    desktop: { enabled: false }
  }
}

/** An environment itself as the API shows it. */
export function environmentInfo({ id, session, config, setup }: Environment) {
  return {
    id,
    object: 'agent.environment' as const,
    files: config.files.map(shownFile),
    plugins: [] as never[],
    skills: [] as never[],
    status: setup.status === 'ready' && session !== null ? ('connected' as const) : setup.status,
    type: 'openai_hosted' as const
  }
}
