import { z } from 'zod'

/** Which hosts the commands of an environment may reach. */
const network = z.object({
  access: z.enum(['enabled', 'disabled', 'restricted']),
  allowed_domains: z.array(z.string()),
  blocked_domains: z.array(z.string())
})
export type Network = z.output<typeof network>

const file = z.object({ id: z.string(), path: z.string(), size_bytes: z.int(), file_id: z.string().optional() })
export type InitialFile = z.output<typeof file>

/** What an environment was made with. */
export const environmentConfig = z.object({
  network,
  /** Variables of its commands. */
  env: z.record(z.string(), z.string()),
  files: z.array(file),
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
  /** Of the disk, when it was last measured. */
  bytes: number
  createdAt: number
}

export const environmentColumns = 'id, owner, workspace, session, config, bytes, created_at'

export function environmentFrom(row: readonly unknown[]): Environment {
  const [id, owner, workspace, session, config, bytes, createdAt] = row
  return {
    id: String(id),
    owner: String(owner),
    workspace: String(workspace),
    session: typeof session === 'string' ? session : null,
    config: environmentConfig.parse(JSON.parse(String(config))),
    bytes: Number(bytes),
    createdAt: Number(createdAt)
  }
}
