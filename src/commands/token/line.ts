import { parseArgs } from 'node:util'
import { isPrincipalName } from '../../access/principal.ts'
import { isWorkspaceId, workspaceIdRule } from '../../turn/workspace-id.ts'
import { CommandError } from '../error.ts'

/** What a minted token opens, and the most days that it may live. */
export const faces = { api: 365, remote: 90, executor: 365 } as const
export type Face = keyof typeof faces

/** `token` with options: a list of the minted tokens, or a new one. */
export type TokenCommand =
  | { name: 'tokens' }
  | { name: 'mint'; face: Face; workspaces: string[]; days: number; principal: string; executor?: string | undefined }

const refuse = (message: string) => new CommandError(`${message}. See codex-gateway --help`, 2)

/** Parses what follows `token`. Throws a `CommandError`. */
export function tokenCommandFrom(args: readonly string[]): TokenCommand {
  const { list, for: face, workspace, days = '30', name, executor } = valuesOf(args)
  if (list) return { name: 'tokens' }
  if (face === undefined || !(face in faces)) throw refuse('token --for takes api, remote or executor')
  const most = faces[face as Face]
  const count = /^\d{1,4}$/.test(days) ? Number(days) : 0
  if (count < 1 || count > most) throw refuse(`--days takes 1 to ${most} for ${face}`)
  const workspaces = (workspace ?? '').split(',').filter((id) => id !== '')
  const wrong = workspaces.find((id) => !isWorkspaceId(id))
  if (wrong !== undefined) throw refuse(`--workspace: ${JSON.stringify(wrong)} ${workspaceIdRule}`)
  if (face !== 'api' && workspaces.length !== 1) throw refuse(`token --for ${face} needs --workspace with one id`)
  if ((face === 'executor') !== (executor !== undefined))
    throw refuse('--executor belongs to --for executor, which needs it')
  if (executor !== undefined && !isWorkspaceId(executor)) throw refuse(`--executor ${workspaceIdRule}`)
  const principal = name ?? [face, ...workspaces, ...(executor === undefined ? [] : [executor])].join('-').slice(0, 64)
  if (!isPrincipalName(principal)) throw refuse('--name takes 1 to 64 letters, digits, ".", "_" and "-"')
  return { name: 'mint', face: face as Face, workspaces, days: count, principal, executor }
}

function valuesOf(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const options = {
      ...{ for: text, workspace: text, days: text, name: text, executor: text },
      list: { type: 'boolean' }
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw refuse((error as Error).message.split('. ')[0] ?? '')
  }
}
