import { z } from 'zod'
import { isReady, setupState } from './setup-state.ts'
import type { SetupState } from './setup-state.ts'

/** Which hosts the commands of an environment may reach. */
const network = z.object({
  access: z.enum(['enabled', 'disabled', 'restricted']),
  allowed_domains: z.array(z.string()),
  blocked_domains: z.array(z.string())
})
export type Network = z.output<typeof network>

const file = z.object({ id: z.string(), path: z.string(), size_bytes: z.int(), file_id: z.string().optional() })
export type InitialFile = z.output<typeof file>

/** `cwd`: the names on the way to the folder below `/workspace` that it runs in. */
const setupCommand = z.object({ command: z.string(), cwd: z.array(z.string()) })
export type SetupCommand = z.output<typeof setupCommand>

/** What an environment was made with. */
export const environmentConfig = z.object({
  network,
  /** Variables of its commands. */
  env: z.record(z.string(), z.string()),
  files: z.array(file),
  /** They have run before its first turn. */
  setup_commands: z.array(setupCommand).default([]),
  container_size: z.enum(['small', 'medium', 'large']).nullable()
})
export type EnvironmentConfig = z.output<typeof environmentConfig>

/** An environment: a folder for the commands of one session. Times are Unix milliseconds. */
export interface Environment {
  id: string
  owner: string
  workspace: string
  /** Null until a session has it. */
  session: string | null
  config: EnvironmentConfig
  setup: SetupState
  /** Of the disk, when it was last measured. */
  bytes: number
  createdAt: number
}

export const environmentColumns = 'id, owner, workspace, session, config, bytes, created_at, setup'

export function environmentFrom(row: readonly unknown[]): Environment {
  const [id, owner, workspace, session, config, bytes, createdAt, setup] = row
  return {
    id: String(id),
    owner: String(owner),
    workspace: String(workspace),
    session: typeof session === 'string' ? session : null,
    config: environmentConfig.parse(JSON.parse(String(config))),
    bytes: Number(bytes),
    createdAt: Number(createdAt),
    setup: typeof setup === 'string' ? setupState.parse(JSON.parse(setup)) : isReady
  }
}
