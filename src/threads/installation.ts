import { z } from 'zod'
import type { Connection } from '../codex/app-server/connection.ts'
import { GatewayError } from '../turn/error.ts'
import { sandboxModes } from '../turn/request.ts'
import type { SandboxMode } from '../turn/request.ts'
import type { Workspace } from '../workspaces/workspace.ts'

export interface ListQuery {
  cursor?: string | undefined
  limit?: number | undefined
}

export const modelList = z.object({
  data: z.array(
    z.looseObject({
      id: z.string(),
      model: z.string(),
      displayName: z.string(),
      description: z.string(),
      hidden: z.boolean(),
      supportedReasoningEfforts: z.array(z.looseObject({ reasoningEffort: z.string() })),
      defaultReasoningEffort: z.string(),
      isDefault: z.boolean()
    })
  ),
  nextCursor: z.string().nullable()
})

export async function modelsOf(
  connection: Connection,
  query: ListQuery & { includeHidden?: boolean | undefined }
): Promise<z.output<typeof modelList>> {
  return modelList.parse(await connection.request('model/list', query))
}

export const profileList = z.object({
  data: z.array(z.object({ id: z.string(), description: z.string().nullable(), allowed: z.boolean() })),
  nextCursor: z.string().nullable()
})

/** The sandboxes by codex's names of them as permission profiles (codex-cli 0.169). */
const modes: Readonly<Record<string, SandboxMode>> = {
  ':read-only': 'read-only',
  ':workspace': 'workspace-write',
  ':danger-full-access': 'danger-full-access'
}

/** The permission profiles of codex; none that allows more than the workspace does is allowed. */
export async function profilesOf(
  connection: Connection,
  { folder, sandbox }: Workspace,
  query: ListQuery
): Promise<z.output<typeof profileList>> {
  const { data, nextCursor } = profileList.parse(
    await connection.request('permissionProfile/list', { ...query, cwd: folder })
  )
  const isWithin = (mode: SandboxMode | undefined) =>
    mode !== undefined && sandboxModes.indexOf(mode) <= sandboxModes.indexOf(sandbox)
  return { data: data.map((one) => ({ ...one, allowed: one.allowed && isWithin(modes[one.id]) })), nextCursor }
}

const window = z
  .object({
    usedPercent: z.number(),
    windowDurationMins: z.number().nullable().default(null).catch(null),
    resetsAt: z.number().nullable().default(null).catch(null).meta({ description: 'Unix seconds.' })
  })
  .nullable()
  .catch(null)

export const rateLimits = z.object({ rateLimits: z.object({ primary: window, secondary: window }) })

/** The windows of the account's limits: as the provider says now, which takes a login, or as the last answers said. */
export async function rateLimitsOf(connection: Connection): Promise<z.output<typeof rateLimits>> {
  try {
    return rateLimits.parse(await connection.request('account/rateLimits/read', {}))
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'codex_not_logged_in') throw error
    return rateLimits.parse({ rateLimits: connection.windows.latest })
  }
}
