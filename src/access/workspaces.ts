import { GatewayError } from '../turn/error.ts'
import type { Effort, SandboxMode } from '../turn/request.ts'
import { isWorkspaceId } from '../turn/workspace-id.ts'
import type { Principal } from './principal.ts'

/** A workspace as far as callers are concerned. */
export interface OfferedWorkspace {
  readonly id: string
  readonly sandbox: SandboxMode
  /** The widest that a turn may have, whatever its model's alias says; no bound when left out. */
  readonly widestSandbox?: SandboxMode | undefined
  /** For requests that name none; the gateway's when left out. */
  readonly model?: string | undefined
  /** Those that may be used; all when left out. */
  readonly models?: readonly string[] | undefined
  /** For requests that ask for none; the gateway's when left out. */
  readonly effort?: Effort | undefined
  /** When codex asks before it acts; never when left out. */
  readonly approvalPolicy?: string | undefined
  /** Whether those who watch a session may answer what codex asks; all is declined when left out. */
  readonly asks?: boolean | undefined
}

/** Whether a codex runs in it. */
export type WorkspaceState = 'stopped' | 'starting' | 'running'

/** The workspaces that there are for callers. It may change while the gateway runs. */
export interface WorkspaceDirectory {
  /** Undefined where there is none of this id, or not for this principal. */
  find(id: string, principal: Principal): OfferedWorkspace | undefined
  /** Those that the principal may use. The first is for requests that choose none. */
  usableBy(principal: Principal): readonly OfferedWorkspace[]
  stateOf(id: string): WorkspaceState
}

/** How a request names its workspace: both, one or none. */
export interface WorkspaceChoice {
  /** The value of `workspaceHeader`. */
  header?: string | undefined
  /** ID in `/w/ID/…`. */
  path?: string | undefined
}

export const workspaceHeader = 'x-codex-workspace'

/** The workspace of a gateway that has only one. */
export const onlyWorkspace: OfferedWorkspace = Object.freeze({ id: 'default', sandbox: 'read-only' })

/** The directory of a gateway that has only one workspace, whose engine may be anything. */
export function oneWorkspace(sandbox: SandboxMode): WorkspaceDirectory {
  const usableBy = ({ workspaces }: Principal) =>
    workspaces === 'all' || workspaces.includes(onlyWorkspace.id) ? [{ ...onlyWorkspace, sandbox }] : []
  return {
    usableBy,
    find: (id, principal) => usableBy(principal).find((one) => one.id === id),
    stateOf: () => 'running'
  }
}

/** A workspace with those of its models alone that the key of a principal is for. */
export function forKey({ key }: Principal, workspace: OfferedWorkspace): OfferedWorkspace {
  if (!key?.models) return workspace
  const models = key.models.filter((model) => workspace.models?.includes(model) ?? true)
  return { ...workspace, models }
}

/**
 * The workspace in which a request runs. Throws `invalid_request` where it names two, and `workspace_not_found` where there is
 * none for it: the error is the same whether another principal may use one of that name or nobody.
 */
export function workspaceFor(
  { header, path }: WorkspaceChoice,
  principal: Principal,
  directory: WorkspaceDirectory
): OfferedWorkspace {
  if (header !== undefined && path !== undefined && header !== path)
    throw new GatewayError(
      'invalid_request',
      `The base URL (/w/…) and the header ${workspaceHeader} name two workspaces. Name one of them.`,
      { param: workspaceHeader }
    )
  const id = header ?? path
  const found = id === undefined ? directory.usableBy(principal)[0] : isWorkspaceId(id) && directory.find(id, principal)
  if (found) return found
  throw new GatewayError(
    'workspace_not_found',
    'There is no such workspace, or not for this API key. GET /v1/workspaces lists those that there are.',
    { param: workspaceHeader }
  )
}
